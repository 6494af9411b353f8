"""A real Dask scheduler with workers in processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from hwgen.errors import ToolError
from hwgen.mapping.study import cluster as module
from hwgen.mapping.study.study import Study
from tests.mapping.study import small
from tests.mapping.study.processes import search, wait_for

pytest.importorskip("distributed")

CHECKOUT = Path(__file__).resolve().parents[3]
BUDGET = 60


@contextmanager
def dask(*words):
    """A process of ``dask``; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + words[0], *map(str, words[1:])],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def address():
    """Of a scheduler without workers."""
    port = free_port()
    words = ("--host", "127.0.0.1", "--port", port, "--no-dashboard", "--no-show")
    with dask("scheduler", *words) as process:
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"tcp://127.0.0.1:{port}"


@pytest.fixture
def workers(address, tmp_path):
    """Two worker processes."""
    words = ("--no-nanny", "--nthreads", 1, "--no-dashboard", "--host", "127.0.0.1")
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                dask("worker", address, *words, "--local-directory", tmp_path / str(i))
            )
            for i in range(2)
        ]


def test_a_worker_that_is_killed_in_the_middle_costs_a_retry_only(address, workers, tmp_path):
    path = tmp_path / "cluster.study"
    process = search(path, "random", BUDGET, 1, address)
    wait_for(path, 5, process)
    workers[0].send_signal(signal.SIGKILL)
    assert process.wait() == 0, process.stderr.read()
    process.stderr.close()
    own = small.begin(tmp_path / "own.study")
    small.run(own, budget=BUDGET)
    study = Study.open(path)
    assert study.ledger.count == BUDGET

    def figures(of):
        return [(x.question.key, x.outcome.drop, x.outcome.energy) for x in of.answers()]

    assert figures(study) == figures(own)


def test_a_cluster_that_does_not_answer_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "LIMIT_S", 0.5)
    with socket.socket() as silent:  # takes connections, and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ToolError, match=rf"^cluster {address} must answer within 0\.5 s: "):
            module.Cluster(small.parts(), address)


def test_a_cluster_without_workers_is_refused(address, monkeypatch):
    monkeypatch.setattr(module, "LIMIT_S", 1.0)
    with pytest.raises(
        ToolError, match=rf"^cluster {address} must have a worker within 1 s, not 0$"
    ):
        module.Cluster(small.parts(), address)


@pytest.mark.parametrize("address", ["nowhere", "tcp://127.0.0.1:1", "magic://x:1"])
def test_an_address_that_is_none_is_refused(address, monkeypatch):
    monkeypatch.setattr(module, "LIMIT_S", 1.0)
    with pytest.raises(ToolError, match=rf"^cluster {address} must answer within 1 s: .+$"):
        module.Cluster(small.parts(), address)
