import re
import shutil
import sqlite3
import stat
from contextlib import closing

import numpy as np
import pytest

from hwgen.errors import OutputError, SpecError, StudyError
from hwgen.mapping.drop import Drop
from hwgen.mapping.study import file
from hwgen.mapping.study.study import Study
from hwgen.network import digits
from hwgen.network.load import load
from tests.mapping.study import small


def test_what_the_problem_is_built_from_comes_back(finished):
    own, found = small.parts(), finished.parts
    assert found.digest == own.digest
    assert np.array_equal(found.images, own.images)
    assert np.array_equal(found.labels, own.labels)
    assert found.energies.layers == own.energies.layers
    for choice, table in own.energies.tables.items():
        assert np.array_equal(found.energies.tables[choice], table)
    assert [x.name for x in finished.network.convolutions] == [
        x.name for x in load(digits.model_path()).convolutions
    ]
    assert finished.facts.items() >= small.FACTS.items()
    assert finished.costs["exact"].area_um2 == 200


def test_answers_come_back_as_they_were_given(finished):
    problem = finished.parts.problem()
    answers = finished.answers("random")
    assert len(answers) == 40
    for answer in answers[:5]:
        again = problem.answer(answer.question)
        found = answer.outcome
        assert found.mapping == again.mapping
        assert np.array_equal(found.margins, again.margins)
        assert (found.drop, found.energy) == (again.drop, again.energy)
        assert found.multiplications == again.multiplications


def test_methods_share_answers_and_keep_their_own_order(finished):
    assert finished.methods == ("uniform", "random")
    keys = {name: [x.question.key for x in finished.answers(name)] for name in finished.methods}
    both = list(dict.fromkeys(keys["uniform"] + keys["random"]))
    assert [x.question.key for x in finished.answers()] == both
    assert finished.ledger.count == len(both)


def test_the_pick_is_the_cheapest_that_keeps_the_bound(finished):
    for limit in (0, 1.0, 10.0, 100):
        allowed = [x for x in finished.points if x.drop.bound <= limit]
        assert finished.pick(limit).energy.total == min(x.energy.total for x in allowed)
        assert finished.pick(limit).drop.bound <= limit
    assert finished.pick(0).key == finished.exact.key
    assert finished.pick(100, "uniform").energy.total >= finished.pick(100).energy.total


def test_a_method_that_never_ran_leaves_the_exact_point(finished):
    assert finished.front("greedy") == []
    assert finished.pick(50, "greedy").key == finished.exact.key


@pytest.mark.parametrize("value", [-1, 101, "1", True, float("nan")])
def test_an_impossible_drop_is_refused(finished, value):
    message = (
        r"^max-drop must be a number of percent points from 0 to 100, "
        rf"not {re.escape(repr(value))}$"
    )
    with pytest.raises(SpecError, match=message):
        finished.pick(value)


def test_the_hardware_of_a_point_holds_its_multiplier(finished):
    point = finished.pick(100)
    assert finished.hardware(point).multipliers == point.multipliers
    assert finished.hardware(point).admits(point.mapping)


def test_a_study_without_its_final_step_has_no_pick(tmp_path):
    study = small.begin(tmp_path / "new.study")
    with pytest.raises(StudyError, match=r"^study .*new\.study must be finished first: "):
        study.pick(1.0)


def test_a_study_that_is_there_is_not_begun_again(copied):
    before = copied.path.read_bytes()
    small.begin(copied.path)
    assert copied.path.read_bytes() == before


def test_it_is_one_file_that_anything_can_query(copied):
    assert list(copied.path.parent.iterdir()) == [copied.path]
    with closing(sqlite3.connect(copied.path)) as database:
        (count,) = database.execute("SELECT count(*) FROM answers").fetchone()
        (tested,) = database.execute("SELECT count(test) FROM points").fetchone()
    assert (count, tested) == (copied.ledger.count, len(copied.points))


def test_a_study_that_may_only_be_read_is_read(copied):
    copied.path.chmod(stat.S_IRUSR)
    assert Study.open(copied.path).pick(100).key == copied.pick(100).key


def test_what_was_being_written_when_it_was_stopped_is_rolled_back(copied, tmp_path):
    count, path = copied.ledger.count, tmp_path / "stopped.study"
    with closing(sqlite3.connect(copied.path, isolation_level=None)) as database:
        database.execute("PRAGMA cache_size = 1")  # spills into the file before it is committed
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE answers SET margins = zeroblob(20000)")
        shutil.copy(copied.path, path)  # what a kill leaves: the file and its journal
        shutil.copy(f"{copied.path}-journal", f"{path}-journal")
        database.execute("ROLLBACK")
    again = Study.open(path)
    assert again.ledger.count == count
    assert [x.outcome.drop for x in again.answers()] == [x.outcome.drop for x in copied.answers()]


def test_a_study_needs_a_folder_to_be_written_to(tmp_path):
    with pytest.raises(OutputError, match=r"^output .*lost/x must lie in a folder that exists"):
        file.StudyFile(tmp_path / "lost" / "x").is_new  # noqa: B018


def test_another_file_is_not_overwritten(tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(OutputError, match=r"must be new or a study made by hwgen"):
        file.StudyFile(tmp_path / "mine").is_new  # noqa: B018


def test_a_missing_study_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"^study .*none\.study must be a file that exists$"):
        Study.open(tmp_path / "none.study")


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "text").write_text("hello " * 400)
    message = r"^study .*text must be a study made by hwgen: file is not a database$"
    with pytest.raises(StudyError, match=message):
        Study.open(tmp_path / "text")


def test_another_database_is_named(tmp_path):
    with closing(sqlite3.connect(tmp_path / "other")) as database:
        database.execute("CREATE TABLE facts (name TEXT)")
    with pytest.raises(StudyError, match=r"^study .*other must be a study made by hwgen$"):
        Study.open(tmp_path / "other")


def test_a_study_of_another_format_is_named(copied):
    with closing(sqlite3.connect(copied.path)) as database:
        database.execute("PRAGMA user_version = 2")
    message = r"^study .* must have format 3, not 2: another version of hwgen made it$"
    with pytest.raises(StudyError, match=message):
        Study.open(copied.path)


def test_a_truncated_study_is_named(copied):
    content = copied.path.read_bytes()
    copied.path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StudyError, match=r"^study .* must be a study made by hwgen: .+$"):
        Study.open(copied.path)


def test_a_study_of_a_multiplier_that_is_gone_is_named(copied):
    with closing(sqlite3.connect(copied.path)) as database, database:
        spec = copied.parts.spec.replace("exact", "gone").encode()
        database.execute("UPDATE files SET bytes = ? WHERE name = 'spec'", (spec,))
    message = (
        r"^study .* needs another version of hwgen: no multiplier is called 'gone'.*; "
        r"hwgen multipliers lists all$"
    )
    with pytest.raises(StudyError, match=message):
        Study.open(copied.path)


def test_a_locked_study_is_named(copied, monkeypatch):
    monkeypatch.setattr(file, "BUSY_S", 0.05)
    with closing(sqlite3.connect(copied.path, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        message = r"^study .* must not be locked by another program: database is locked$"
        with pytest.raises(StudyError, match=message):
            Study.open(copied.path)
        with pytest.raises(StudyError, match=message):
            copied.state(seed=3)


def test_points_come_back_to_the_last_bit(finished):
    [point] = [x for x in finished.points if x.key == finished.pick(100).key]
    problem = finished.parts.on(small.calibration().images, small.calibration().labels).problem()
    [design] = [x.question for x in finished.answers() if x.question.key == point.key]
    again = problem.answer(design)
    assert isinstance(point.drop, Drop)
    assert (point.drop, point.mapping) == (again.drop, again.mapping)
    energy, layers = small.price(point.mapping)
    assert (point.energy, dict(point.layers_pj)) == (energy, layers)
