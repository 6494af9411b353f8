"""Processes that advance islands: each holds the problem, and goes when its parent has gone."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait

from hwgen.errors import ToolError
from hwgen.evolve.island import Island, advance
from hwgen.evolve.problem import Problem
from hwgen.progress import keep_lock_private

__all__ = ["crew"]

_CUT = (EOFError, BrokenPipeError, ConnectionResetError)  # the other end has gone


@contextmanager
def crew(
    problem: Problem, count: int, evaluations: int
) -> Iterator[Callable[[Sequence[Island]], list[Island]]]:
    """Give a function that advances ``count`` islands by a round, each in a process.

    Pipes and no pool: a pool has named semaphores, which a killed run leaves behind.
    """
    context = get_context("spawn")
    processes, ends = [], []
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, problem, evaluations))
            process.start()
            theirs.close()  # so that the pipe ends when the process does
            processes.append(process)
            ends.append(ours)
        yield lambda islands: _advanced(ends, islands)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _advanced(ends: Sequence[Connection], islands: Sequence[Island]) -> list[Island]:
    try:
        for end, island in zip(ends, islands, strict=True):
            end.send(island)
        results = [end.recv() for end in ends]
    except _CUT as error:  # such as for lack of memory
        raise ToolError("process of the evolution was killed; the same command goes on") from error
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def _serve(end: Connection, problem: Problem, evaluations: int) -> None:
    """Advance what comes, until the parent ends this process or has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops the run
    keep_lock_private()
    threading.Thread(target=_follow_parent, daemon=True).start()
    with suppress(*_CUT):
        while True:
            end.send(_result(problem, end.recv(), evaluations))


def _result(problem: Problem, island: Island, evaluations: int) -> Island | Exception:
    try:
        return advance(problem, island, evaluations)
    except Exception as error:  # the parent's to raise
        return error


def _follow_parent() -> None:
    """End this process when the parent was killed: nobody would ever ask it again."""
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
