"""Questions answered on a Dask cluster, by the optional package ``distributed``."""

import asyncio
from collections import Counter
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

from threadpoolctl import threadpool_limits

import hwgen
from hwgen.errors import HwgenError, ToolError
from hwgen.mapping.design import Question
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem
from hwgen.mapping.study.parts import Parts
from hwgen.mapping.study.workers import ATTEMPTS, Workers

__all__ = ["LIMIT_S", "Cluster"]

LIMIT_S = 30.0  # for a scheduler to answer, and for a worker to be there

_PROBLEMS: dict[str, Problem] = {}  # of this worker process; the last one only
_ANSWERING = Lock()  # emulation has threads of its own


class Cluster(Workers):
    """A Dask cluster that exists already. Its workers must have this version of hwgen.

    The scheduler gives the questions of a worker that dies to another one.

    Parameters
    ----------
    parts : Parts
    address : str
        Of the scheduler, such as ``tcp://host:8786``.

    Raises
    ------
    ToolError
        ``distributed`` is not installed, or the cluster does not answer in time.
    """

    def __init__(self, parts: Parts, address: str) -> None:
        self._parts, self._address = parts, address
        self._distributed = _package()
        self._asked: dict[Any, Question] = {}
        self._done: SimpleQueue[Any] = SimpleQueue()  # futures, from a thread of the client
        self._deaths: Counter[str] = Counter()
        self._client = self._connected()
        try:
            self.size = self._check_workers()
            self._send_parts()
        except BaseException:
            self.close()
            raise

    def submit(self, question: Question) -> None:
        future = self._client.submit(answer, self._parts.digest, self._sent, question, pure=False)
        self._asked[future] = question
        future.add_done_callback(self._done.put)

    def next(self) -> tuple[Question, Outcome]:
        while True:
            future = self._any_done()
            question = self._asked.pop(future)
            if future.status == "finished":
                outcome: Outcome = future.result()
                return question, outcome
            self._retry(question, future)

    def close(self) -> None:
        self._asked = {}
        self._client.close(timeout=1)

    def _connected(self) -> Any:
        """A client, once something that speaks Dask's protocol has answered."""
        try:
            asyncio.run(self._greeting())
            return self._distributed.Client(self._address, timeout=LIMIT_S, set_as_default=False)
        except Exception as error:  # of whatever package speaks the address's protocol
            raise ToolError(
                f"cluster {self._address} must answer within {LIMIT_S:g} s: {_line(error)}"
            ) from error

    async def _greeting(self) -> None:
        # A client's own time limit does not hold for a host that takes connections silently.
        async with asyncio.timeout(LIMIT_S):
            comm = await self._distributed.comm.connect(self._address, timeout=LIMIT_S)
        comm.abort()

    def _check_workers(self) -> int:
        """Threads of all workers, which must have the same hwgen."""
        try:
            self._client.wait_for_workers(1, timeout=LIMIT_S)
            found = self._client.run(_version)
        except (TimeoutError, self._distributed.TimeoutError) as error:
            raise ToolError(
                f"cluster {self._address} must have a worker within {LIMIT_S:g} s, not 0"
            ) from error
        except Exception as error:  # whatever an import there can raise
            raise ToolError(
                f"cluster {self._address} must have workers with hwgen: {_line(error)}"
            ) from error
        for worker, version in found.items():
            if version != hwgen.__version__:
                raise ToolError(
                    f"cluster {self._address} must have workers with hwgen {hwgen.__version__}, "
                    f"not {version} ({worker})"
                )
        return 2 * len(found)  # one waits at each worker while another one is answered

    def _send_parts(self) -> None:
        self._sent = self._client.scatter(self._parts, broadcast=True, hash=False)

    def _any_done(self) -> Any:
        waited = 0.0
        while True:
            try:
                return self._done.get(timeout=1.0)
            except Empty:
                is_alive = self._client.status == "running" and bool(
                    self._client.scheduler_info()["workers"]
                )
            waited = 0.0 if is_alive else waited + 1.0
            if waited >= LIMIT_S:
                raise ToolError(
                    f"cluster {self._address} must have a worker within {LIMIT_S:g} s, not 0"
                )

    def _retry(self, question: Question, future: Any) -> None:
        """Ask again what was lost with the parts; refuse what cannot be answered."""
        error = None if future.status == "cancelled" else future.exception()
        if isinstance(error, HwgenError):
            raise error
        self._deaths[question.key] += 1
        is_lost = error is None or isinstance(error, self._distributed.scheduler.KilledWorker)
        if not is_lost or self._deaths[question.key] >= ATTEMPTS:
            raise ToolError(
                f"cluster {self._address} must answer, but a question failed: {_line(error)}"
            ) from error
        self._send_parts()
        self.submit(question)


def answer(key: str, parts: Parts, question: Question) -> Outcome:
    """Answer a question on a worker, which keeps the problem for the next one."""
    with _ANSWERING, threadpool_limits(1):
        if key not in _PROBLEMS:
            _PROBLEMS.clear()
            _PROBLEMS[key] = parts.problem(_package().get_worker().state.nthreads)
        return _PROBLEMS[key].answer(question)


def _version() -> str:
    return hwgen.__version__


def _package() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ToolError(
            "cluster needs the package distributed: pip install 'hwgen[cluster]'"
        ) from error
    return distributed


def _line(error: BaseException | None) -> str:
    """The first line of what an error says."""
    text = str(error).strip() or ("timed out" if isinstance(error, TimeoutError) else repr(error))
    return text.splitlines()[0]
