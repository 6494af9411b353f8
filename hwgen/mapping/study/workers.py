"""Where questions are answered: in this process, or in others on this machine."""

import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections import Counter, deque
from multiprocessing.connection import Connection, wait
from socket import socketpair
from types import TracebackType
from typing import Self

from threadpoolctl import threadpool_limits

from hwgen.errors import ToolError
from hwgen.mapping.design import Question
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem
from hwgen.mapping.study.parts import Parts

__all__ = ["ATTEMPTS", "Inside", "Processes", "Workers", "cores"]

ATTEMPTS = 3  # deaths of workers that one question is forgiven


class Workers(ABC):
    """Some workers, which answer as many questions at once as there are.

    A context: what it started ends with it. It starts nothing before the first question.

    Attributes
    ----------
    size : int
        Questions that may be under way.
    """

    size: int

    @abstractmethod
    def submit(self, question: Question) -> None:
        """Begin to answer a question; at most ``size`` may be under way."""

    @abstractmethod
    def next(self) -> tuple[Question, Outcome]:
        """Wait for any answer."""

    @abstractmethod
    def close(self) -> None:
        """End all workers, whatever they do."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Inside(Workers):
    """This process, with all its threads of emulation.

    Parameters
    ----------
    problem : Problem
    """

    size = 1

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._asked: deque[Question] = deque()

    def submit(self, question: Question) -> None:
        self._asked.append(question)

    def next(self) -> tuple[Question, Outcome]:
        question = self._asked.popleft()
        # Sums of floats must not depend on how many threads shared them.
        with threadpool_limits(1):
            return question, self._problem.answer(question)

    def close(self) -> None:
        self._asked.clear()


class Processes(Workers):
    """Processes on this machine, of one thread each.

    They are started as programs of their own, so the caller needs no guarded main module, and
    they end when their connection does, however this process ended. The question of a worker
    that dies goes to a new one.

    Parameters
    ----------
    parts : Parts
    size : int
    """

    def __init__(self, parts: Parts, size: int) -> None:
        self._parts, self.size = parts, size
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, tuple[_Worker, Question]] = {}
        self._deaths: Counter[str] = Counter()

    def submit(self, question: Question) -> None:
        worker = self._idle.pop() if self._idle else _Worker(self._parts)
        self._busy[worker.connection] = worker, question
        try:
            worker.connection.send(question)
        except OSError:  # it died idle; next() finds out
            return

    def next(self) -> tuple[Question, Outcome]:
        while True:
            connection = wait(list(self._busy))[0]
            assert isinstance(connection, Connection)
            worker, question = self._busy.pop(connection)
            try:
                answer = connection.recv()
            except (EOFError, OSError):
                self._retry(worker, question)
                continue
            self._idle.append(worker)
            if isinstance(answer, BaseException):
                raise answer
            return question, answer

    def _retry(self, worker: "_Worker", question: Question) -> None:
        code = worker.end()
        self._deaths[question.key] += 1
        if self._deaths[question.key] >= ATTEMPTS:
            raise ToolError(
                f"worker must live until it has answered, but {ATTEMPTS} died of one question "
                f"(exit code {code}): give fewer --workers if memory is short"
            )
        self.submit(question)

    def close(self) -> None:
        for worker in [*self._idle, *(worker for worker, _ in self._busy.values())]:
            worker.end()
        self._idle, self._busy = [], {}

    @property
    def pids(self) -> tuple[int, ...]:
        """Process numbers of all workers that were started and have not ended."""
        workers = [*self._idle, *(worker for worker, _ in self._busy.values())]
        return tuple(worker.process.pid for worker in workers)


class _Worker:
    """One process, and the connection that it reads questions from."""

    def __init__(self, parts: Parts) -> None:
        ours, theirs = socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hwgen.mapping.study.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self.connection = Connection(ours.detach())
        try:
            self.connection.send(parts)
        except OSError:  # it died at once; whoever waits for its answer finds out
            return

    def end(self) -> int:
        """Kill it; its exit code."""
        self.connection.close()
        self.process.kill()
        return self.process.wait()


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
