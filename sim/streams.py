"""Both ends of a stream, with stalls.

Signals change on the rising edge, as those of cocotbext-axi do: what is read right after it is
what the edge has seen.
"""

from collections import deque
from collections.abc import Callable

import cocotb
from cocotb.triggers import RisingEdge
from cocotb.utils import get_sim_time

from sim.signals import number

__all__ = ["PERIOD_NS", "StreamSink", "StreamSource", "cycle", "stalls"]

PERIOD_NS = 10


def cycle() -> int:
    """Number of the clock cycle."""
    return round(get_sim_time("ns") / PERIOD_NS)


def stalls(rng, share: float):
    """Endless answers to whether to stall: runs of both, ``share`` of the cycles in all."""
    while True:
        stalled = rng.random() < share
        for _ in range(rng.randrange(1, 6)):
            yield stalled


class StreamSource:
    """Offers payloads one after the other.

    Attributes
    ----------
    queue : deque of int
        What is still to be offered, the first one perhaps shown already.
    """

    def __init__(self, dut, name: str, stalled) -> None:
        self.queue: deque[int] = deque()
        self._dut, self._stalled = dut, stalled
        self._payload, self._valid, self._ready = _signals(dut, name)
        self._task = cocotb.start_soon(self._run())

    def drop(self) -> None:
        """Forget everything, what is shown included: only a reset allows that."""
        self.queue.clear()
        self._task.cancel()
        self._valid.value = 0
        self._task = cocotb.start_soon(self._run())

    async def _run(self) -> None:
        edge = RisingEdge(self._dut.clk)
        self._valid.value = 0
        while True:
            if not self.queue or next(self._stalled):
                self._valid.value = 0
                await edge
                continue
            self._valid.value = 1
            self._payload.value = self.queue[0]
            await edge
            while not number(self._ready):
                await edge
            self.queue.popleft()


class StreamSink:
    """Takes whatever comes; ``take`` gets each payload.

    Attributes
    ----------
    cycles : list of int
        In which cycle each payload came.
    """

    def __init__(self, dut, name: str, stalled, take: Callable[[int], None]) -> None:
        self.cycles: list[int] = []
        self._dut, self._stalled, self._take = dut, stalled, take
        self._payload, self._valid, self._ready = _signals(dut, name)
        cocotb.start_soon(self._run())

    async def _run(self) -> None:
        while True:
            stalled = next(self._stalled)
            self._ready.value = int(not stalled)
            await RisingEdge(self._dut.clk)
            if number(self._valid) and not stalled:
                self.cycles.append(cycle())
                self._take(number(self._payload))


def _signals(dut, name):
    return (dut[f"{name}__{part}"] for part in ("payload", "valid", "ready"))
