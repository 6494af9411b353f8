"""Whatever stops a search, the same command goes on and finds the same front."""

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from hwgen.errors import ToolError
from hwgen.mapping.study import workers as module
from hwgen.mapping.study.run import search as run
from hwgen.mapping.study.study import Study
from hwgen.mapping.study.workers import Processes
from tests.mapping.study import small
from tests.mapping.study.processes import search, wait_for

BUDGET = 120


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """Figures of an uninterrupted run."""
    study = small.begin(tmp_path_factory.mktemp("whole") / "whole.study")
    small.run(study, budget=BUDGET)
    return figures(study)


def figures(study):
    """Everything that a finished study says of its answers and points."""
    small.finish(study)
    answers = [(x.question.key, x.outcome.drop, x.outcome.energy) for x in study.answers()]
    points = [(x.key, x.mapping, x.drop, x.energy, x.test) for x in study.front()]
    return answers, points


@pytest.mark.parametrize("size", [1, 2])
def test_a_kill_at_any_moment_costs_nothing(front, tmp_path, size):
    path = tmp_path / "killed.study"
    for count in (1, 30):
        process = search(path, "random", BUDGET, size)
        wait_for(path, count, process)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        process.stderr.close()
    study = Study.open(path)
    found = study.ledger.count
    assert 30 <= found < BUDGET
    small.run(study, budget=BUDGET)
    assert study.ledger.count == BUDGET
    assert figures(study) == front


def test_workers_end_with_the_one_that_asks(tmp_path):
    path = tmp_path / "orphans.study"
    process = search(path, "random", BUDGET, 2)
    wait_for(path, 3, process)
    children = _children(process.pid)
    assert len(children) == 2
    process.kill()
    process.wait()
    process.stderr.close()
    assert all(map(_ends, children))


def _children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _ends(pid):
    """Whether a process ends within the patience of these tests."""
    for _ in range(3000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":  # nobody waits for it
            return True
        time.sleep(0.1)
    return False


def test_two_processes_share_a_study(front, tmp_path):
    path = tmp_path / "shared.study"
    both = [search(path, "random", BUDGET, 1) for _ in range(2)]
    for process in both:
        assert process.wait() == 0, process.stderr.read()
        process.stderr.close()
    study = Study.open(path)
    assert study.ledger.count == BUDGET
    with closing(sqlite3.connect(path)) as database:
        (check,) = database.execute("PRAGMA integrity_check").fetchone()
        (found,) = database.execute("SELECT count(DISTINCT process) FROM answers").fetchone()
    assert (check, found) == ("ok", 2)
    assert figures(study) == front


def test_a_worker_that_is_killed_costs_a_retry_only(front, tmp_path):
    study = small.begin(tmp_path / "worker.study")
    problem = study.parts.problem()
    killed = []

    class Deadly(Processes):
        def submit(self, question):
            super().submit(question)
            if study.ledger.count in (5, 50) and len(killed) < 2:
                os.kill(self.pids[-1], signal.SIGKILL)
                killed.append(question.key)

    with Deadly(study.parts, 2) as pool:
        run(study, problem, "random", small.options(budget=BUDGET), pool)
    assert len(killed) == 2
    assert figures(study) == front


def test_a_question_that_kills_every_worker_is_given_up(tmp_path, monkeypatch):
    study = small.begin(tmp_path / "deadly.study")
    question = study.parts.problem().exact
    start = module._Worker.__init__

    def doomed(worker, parts):
        start(worker, parts)
        worker.process.kill()

    monkeypatch.setattr(module._Worker, "__init__", doomed)
    message = r"^worker must live until it has answered, but 3 died of one question \(exit code -9"
    with Processes(study.parts, 1) as pool:
        pool.submit(question)
        with pytest.raises(ToolError, match=message):
            pool.next()


def test_what_a_worker_refuses_is_raised_here(tmp_path):
    study = small.begin(tmp_path / "refused.study")
    with Processes(study.parts, 1) as pool:
        pool.submit("no question")
        with pytest.raises(AttributeError):
            pool.next()
        pool.submit(study.parts.problem().exact)  # it goes on
        assert pool.next()[1].drop.bound == 0
