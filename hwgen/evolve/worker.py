"""Processes that advance islands: each holds the problem, and goes when its parent has gone."""

import os
import signal
import threading
from multiprocessing import parent_process
from multiprocessing.connection import wait

from hwgen.evolve.island import Island, advance
from hwgen.evolve.problem import Problem
from hwgen.progress import keep_lock_private

__all__ = ["be_worker", "work"]

_held: dict[str, Problem] = {}


def be_worker(problem: Problem) -> None:
    """Start of a process of the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops the run
    keep_lock_private()
    threading.Thread(target=_follow_parent, daemon=True).start()
    _held["problem"] = problem


def work(island: Island, evaluations: int) -> Island:
    """:func:`hwgen.evolve.island.advance`, on the problem that the process holds."""
    return advance(_held["problem"], island, evaluations)


def _follow_parent() -> None:
    """End this process when the parent was killed: nobody would ever ask it again."""
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
