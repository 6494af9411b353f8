"""Runs keep to their bounds, can be repeated, and go on after any end."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from hwgen.arith.metrics import measure
from hwgen.errors import OutputError, SpecError, ToolError
from hwgen.evolve.constraint import Constraint
from hwgen.evolve.problem import Problem
from hwgen.evolve.record import Record
from hwgen.evolve.run import Budget, run

DEADLINE_S = 120
ROUND = 500


@pytest.fixture(scope="module")
def problem(seed, technology):
    return Problem(
        seed_circuit=seed,
        constraint=Constraint(mae=3.0, wce=12, mean=1.5, zero=True),
        objective="energy",
        technology=technology,
    )


def evolved(problem, folder, rounds, *, seed=1, processes=1):
    record = Record.open(folder, {"what": "test"})
    budget = Budget(evaluations=rounds * ROUND * processes)
    return run(problem, record, budget, seed=seed, processes=processes, check_every=ROUND)


def islands_of(problem, folder, count):
    return Record(folder).islands(count, len(problem.start(0).genes))


@pytest.fixture(scope="module")
def at_once(problem, tmp_path_factory):
    """Result of six rounds, uninterrupted."""
    return evolved(problem, tmp_path_factory.mktemp("at_once") / "run", 6)


def test_the_result_keeps_every_bound_and_is_cheaper(problem, at_once):
    error = measure(at_once.netlist)
    assert error.mae <= 3.0
    assert error.wce <= 12
    assert abs(error.mean) <= 1.5
    assert error.is_zero_preserving
    assert error == at_once.error
    assert at_once.cost.delay_ns <= problem.baseline.delay_ns * (1 + 1e-9)
    assert problem.figure(at_once.cost) < 0.9 * problem.figure(problem.baseline)


def test_the_same_seed_gives_the_same_circuit(problem, at_once, tmp_path):
    assert evolved(problem, tmp_path / "run", 6).netlist == at_once.netlist


def test_another_seed_gives_another_circuit(problem, at_once, tmp_path):
    assert evolved(problem, tmp_path / "run", 6, seed=2).netlist != at_once.netlist


def test_a_run_goes_on_to_the_result_of_a_longer_one(problem, at_once, tmp_path):
    evolved(problem, tmp_path / "run", 2)
    assert evolved(problem, tmp_path / "run", 6).netlist == at_once.netlist


def test_a_finished_run_does_nothing(problem, tmp_path):
    first = evolved(problem, tmp_path / "run", 2)
    rounds = Record(tmp_path / "run").rounds()
    assert evolved(problem, tmp_path / "run", 2).netlist == first.netlist
    assert Record(tmp_path / "run").rounds() == rounds


def test_populations_side_by_side_are_reproducible(problem, tmp_path):
    first, second = (evolved(problem, tmp_path / x, 2, processes=2) for x in ("a", "b"))
    assert first.netlist == second.netlist
    islands = islands_of(problem, tmp_path / "a", 2)
    assert len(islands) == 2
    assert islands[0].state.random != islands[1].state.random


def test_a_budget_of_time_ends_a_run(problem, tmp_path):
    record = Record.open(tmp_path / "run", {})
    run(problem, record, Budget(seconds=0.01), seed=1, processes=1, check_every=ROUND)
    assert record.rounds()[0] == 1


def test_a_histogram_bounds_the_weighted_error(seed, technology, tmp_path):
    joint = seed.table() * 0.0
    joint[:, 1] = joint[2] = 1.0
    joint /= joint.sum()
    problem = Problem(
        seed_circuit=seed,
        constraint=Constraint(mae=1.0, joint=joint),
        objective="area",
        technology=technology,
    )
    found = evolved(problem, tmp_path / "run", 4)
    assert found.error == measure(found.netlist, joint=joint)
    assert found.error.mae <= 1.0 < measure(found.netlist).mae
    assert found.cost.area_um2 < 0.5 * problem.baseline.area_um2


@pytest.mark.parametrize("content", ["file", "folder", "demo"])
def test_another_output_is_left_alone(tmp_path, content):
    place = tmp_path / "run"
    if content == "file":
        place.write_text("mine")
    else:
        place.mkdir()
        (place / "mine").write_text("mine")
    if content == "demo":
        (place / "manifest.json").write_text('{"hwgen": "demo"}')
    with pytest.raises(OutputError, match=r"^output .*run must be new, empty or an evolution"):
        Record.open(place, {})
    assert (place if content == "file" else place / "mine").read_text() == "mine"


def test_a_run_with_other_bounds_is_refused(tmp_path):
    Record.open(tmp_path / "run", {"mae": 3.0, "seed": 1})
    with pytest.raises(OutputError, match=r"run holds an evolution of another mae: 3.0, not 4.0$"):
        Record.open(tmp_path / "run", {"mae": 4.0, "seed": 1})


def test_a_damaged_record_is_refused(tmp_path):
    record = Record.open(tmp_path / "run", {"seed": 1})
    (record.folder / "evolution.sqlite").write_bytes(b"nonsense" * 100)
    with pytest.raises(OutputError, match=r"run holds a damaged evolution"):
        Record.open(tmp_path / "run", {"seed": 1})


def test_a_missing_record_is_told_and_not_made(tmp_path):
    record = Record.open(tmp_path / "run", {"seed": 1})
    (record.folder / "evolution.sqlite").unlink()
    with pytest.raises(OutputError, match=r"run is an evolution whose evolution.sqlite is missing"):
        Record.open(tmp_path / "run", {"seed": 1})
    assert not (record.folder / "evolution.sqlite").exists()


DAMAGES = {
    "no rows": ("DELETE FROM islands", "0 of 1 populations"),
    "no table": ("DROP TABLE islands", "no such table: islands"),
    "no counts": ("UPDATE islands SET counts = 'x'", "Expecting value"),
    "other counts": ("UPDATE islands SET counts = '[]'", "must be a mapping"),
    "no genes": ("UPDATE islands SET genes = NULL", "NoneType"),
    "few genes": ("UPDATE islands SET genes = x'00000000'", "a circuit of another size"),
    "few of the best": ("UPDATE islands SET best = x'00000000'", "a circuit of another size"),
    "no rounds": ("DROP TABLE rounds", "no such table: rounds"),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_damaged_islands_are_refused(problem, tmp_path, case):
    statement, why = DAMAGES[case]
    evolved(problem, tmp_path / "run", 1)
    with sqlite3.connect(tmp_path / "run" / "evolution.sqlite") as database:
        database.execute(statement)
    with pytest.raises(OutputError, match=f"run holds a damaged evolution: .*{why}"):
        evolved(problem, tmp_path / "run", 2)


def test_two_at_a_time_are_told(problem, tmp_path):
    evolved(problem, tmp_path / "run", 1)
    record = Record(tmp_path / "run")
    with pytest.raises(SpecError, match="must be written by one hwgen at a time"):
        record.write(1, 0.1, islands_of(problem, record.folder, 1))


@pytest.mark.parametrize(
    "settings", [{"seed": -1}, {"processes": 0}, {"check_every": 10}], ids=lambda x: next(iter(x))
)
def test_numbers_out_of_range_are_refused(problem, tmp_path, settings):
    usual = {"seed": 1, "processes": 1, "check_every": ROUND}
    record = Record.open(tmp_path / "run", {})
    with pytest.raises(SpecError, match=r"^evolution .* must be an integer from"):
        run(problem, record, Budget(evaluations=1), **usual | settings)


def test_a_killed_process_ends_the_run_in_one_line(problem, tmp_path):
    def kill(progress):
        os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    record = Record.open(tmp_path / "run", {})
    settings = {"seed": 1, "processes": 2, "check_every": ROUND, "report": kill}
    with pytest.raises(ToolError, match=r"^process of the evolution was killed"):
        run(problem, record, Budget(evaluations=10 * ROUND), **settings)
    assert record.rounds()[0] == 1


def test_a_killed_run_goes_on_to_the_same_circuit(seed_file, tmp_path):
    """SIGKILL in the middle, with two processes, which go as well."""
    args = [sys.executable, "-m", "hwgen", "evolve", "--seed-circuit", str(seed_file)]
    args += ["--mae", "1%", "--seed", "4", "--processes", "2", "--check-every", str(ROUND)]
    cut, whole = tmp_path / "cut", tmp_path / "whole"
    command = [*args, "--time", "2h", "-o", str(cut)]
    complaints = (tmp_path / "complaints").open("w+")
    endless = subprocess.Popen(command, stderr=complaints, start_new_session=True)
    started = time.monotonic()
    while rounds_of(cut) < 2:
        assert endless.poll() is None
        assert time.monotonic() - started < DEADLINE_S
        time.sleep(0.05)
    endless.send_signal(signal.SIGKILL)
    endless.wait()
    assert not (cut / "evolved.v").exists()

    budget = ["--evaluations", str(2 * ROUND * (rounds_of(cut) + 2))]
    for folder in (cut, whole):
        command = [*args, *budget, "-o", str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert (cut / "evolved.v").read_text() == (whole / "evolved.v").read_text()
    assert no_process_left(endless.pid)
    with complaints:
        complaints.seek(0)
        assert complaints.read() == ""


def rounds_of(folder):
    try:
        with sqlite3.connect(f"{(folder / 'evolution.sqlite').as_uri()}?mode=ro", uri=True) as x:
            return x.execute("SELECT COUNT(*) FROM rounds WHERE number > 0").fetchone()[0]
    except sqlite3.OperationalError:  # not there yet
        return 0


def no_process_left(group):
    """Whether the killed command's workers have gone, as they do within some seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_replaced_bounds_are_checked_again(problem):
    with pytest.raises(SpecError, match="bounded by mae or wce"):
        replace(problem.constraint, mae=None, wce=None)
