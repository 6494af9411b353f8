import sqlite3
from contextlib import closing

import numpy as np
import pytest

import hwgen
from hwgen.errors import OutputError, StudyError
from hwgen.mapping.explore import explore
from hwgen.mapping.study import Priced, Study
from hwgen.network import digits


@pytest.fixture(scope="module")
def study(network, images, costs, spec):
    exploration = explore(
        network, images, costs, spec, method="greedy", max_drop=10.0, seed=4, budget=20
    )
    priced = {
        name: Priced(x.area_um2, x.delay_ns, x.leakage_nw, x.energy_pj) for name, x in costs.items()
    }
    return Study(
        model=b"model\x00",
        data=b"data\xff",
        spec=spec,
        technology="generic",
        technology_digest="ab" * 32,
        costs=priced,
        exploration=exploration,
    )


def fields(study):
    return {name: value for name, value in vars(study).items() if name not in ("network",)}


def test_what_is_saved_is_what_is_opened(study, tmp_path):
    study.save(tmp_path / "digits.study")
    again = Study.open(tmp_path / "digits.study")
    assert fields(again) == fields(study)
    assert again.version == hwgen.__version__
    assert again.pick(10.0) == study.pick(10.0)
    assert again.pick(10.0).mapping.digest == study.pick(10.0).mapping.digest


def test_saving_twice_gives_the_same_bytes(study, tmp_path):
    for name in ("one", "two"):
        study.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_it_is_one_file_that_anything_can_query(study, tmp_path):
    study.save(tmp_path / "digits.study")
    assert [x.name for x in tmp_path.iterdir()] == ["digits.study"]
    with closing(sqlite3.connect(tmp_path / "digits.study")) as database:
        (count,) = database.execute("SELECT count(*) FROM evaluations").fetchone()
        (tested,) = database.execute("SELECT count(test_accuracy) FROM evaluations").fetchone()
    assert count == len(study.exploration.evaluations)
    assert tested == len(study.exploration.test_accuracy)


def test_a_failure_while_writing_leaves_the_earlier_study(study, tmp_path, monkeypatch):
    path = tmp_path / "digits.study"
    study.save(path)
    before = path.read_bytes()
    monkeypatch.setattr(Study, "_write", lambda study, database: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        study.save(path)
    assert path.read_bytes() == before
    assert [x.name for x in tmp_path.iterdir()] == ["digits.study"]


def test_a_study_needs_a_folder_to_be_written_to(study, tmp_path):
    with pytest.raises(OutputError, match=r"^output .*lost/x must lie in a folder that exists"):
        study.save(tmp_path / "lost" / "x")


def test_the_network_and_its_images_come_back(study, tmp_path):
    real = Study(
        **fields(study)
        | {
            "model": digits.model_path().read_bytes(),
            "data": digits.data_path().read_bytes(),
        }
    )
    assert real.network.convolutions[0].name == "conv1"
    with np.load(digits.data_path()) as arrays:
        assert np.array_equal(real.images.test_images, arrays["test_images"])


def test_a_missing_study_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"^study .*none\.study must be a file that exists$"):
        Study.open(tmp_path / "none.study")


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "text").write_text("hello " * 400)
    with pytest.raises(
        StudyError,
        match=r"^study .*text must be a study made by hwgen: file is not a database$",
    ):
        Study.open(tmp_path / "text")


def test_another_database_is_named(tmp_path):
    with closing(sqlite3.connect(tmp_path / "other")) as database:
        database.execute("CREATE TABLE facts (name TEXT)")
    with pytest.raises(StudyError, match=r"^study .*other must be a study made by hwgen$"):
        Study.open(tmp_path / "other")


def test_a_study_of_another_format_is_named(study, tmp_path):
    study.save(tmp_path / "new")
    with closing(sqlite3.connect(tmp_path / "new")) as database:
        database.execute("PRAGMA user_version = 1")
    with pytest.raises(
        StudyError,
        match=r"^study .*new must have format 2, not 1: another version of hwgen made it$",
    ):
        Study.open(tmp_path / "new")


def test_a_truncated_study_is_named(study, tmp_path):
    study.save(tmp_path / "short")
    content = (tmp_path / "short").read_bytes()
    (tmp_path / "short").write_bytes(content[: len(content) // 2])
    with pytest.raises(StudyError, match=r"^study .*short must be a study made by hwgen: .+$"):
        Study.open(tmp_path / "short")


def test_a_study_of_a_multiplier_that_is_gone_is_named(study, tmp_path):
    study.save(tmp_path / "old")
    with closing(sqlite3.connect(tmp_path / "old")) as database, database:
        database.execute("UPDATE evaluations SET mapping = replace(mapping, 'exact', 'gone')")
    with pytest.raises(
        StudyError,
        match=r"^study .*old needs another version of hwgen: "
        r"mapping layer .+: no multiplier is called 'gone'.*; hwgen multipliers lists all$",
    ):
        Study.open(tmp_path / "old")
