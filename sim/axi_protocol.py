"""Rules of AXI4 that a master has to keep, watched on its port.

cocotbext-axi's memory checks that no burst crosses 4 KB and that WLAST is right; it does not see
a request that is withdrawn or changes while it waits, nor answers to nobody.
"""

from collections import Counter, deque
from collections.abc import AsyncIterator

import cocotb
from cocotb.triggers import RisingEdge

from sim.signals import number
from sim.streams import cycle

__all__ = ["AxiProtocol", "handshakes"]

PAYLOADS = {
    "ar": ("id", "addr", "len", "size", "burst", "cache", "prot"),
    "r": ("id", "data", "resp", "last"),
    "aw": ("id", "addr", "len", "size", "burst", "cache", "prot"),
    "w": ("data", "strb", "last"),
    "b": ("id", "resp"),
}


async def handshakes(dut, channel: str, names) -> AsyncIterator[dict[str, int]]:
    """What is taken on a channel, such as ``m_axi_ar``. What is shown must stay until then."""
    signals = {name: dut[f"{channel}{name}"] for name in names}
    waiting = None
    while True:
        await RisingEdge(dut.clk)
        shown = None
        if number(dut[f"{channel}valid"]):
            shown = {name: number(signal) for name, signal in signals.items()}
        assert waiting in (None, shown), f"{channel} was {waiting} and became {shown}"
        waiting = shown
        if shown is not None and number(dut[f"{channel}ready"]):
            waiting = None
            yield shown


class AxiProtocol:
    """Watches every channel of a port in every cycle; a broken rule fails the test.

    Attributes
    ----------
    bursts : dict of str to list of (address, beats, id)
        Requests that were taken, by channel.
    beats : dict of str to list of int
        Cycles of the beats that were taken, by channel.
    most : dict of str to int
        Most bursts under way at a time, by channel of their requests.
    """

    def __init__(self, dut, prefix: str = "m_axi") -> None:
        self._dut, self._prefix = dut, prefix
        found = [x for x in PAYLOADS if hasattr(dut, f"{prefix}_{x}valid")]
        self.bursts = {x: [] for x in found if x in ("ar", "aw")}
        self.beats = {x: [] for x in found}
        self.most = Counter()
        self._reads: dict[int, deque[int]] = {}  # by ID: beats of the bursts under way
        self._writes: deque[int] = deque()  # beats of bursts whose data is not complete
        self._ahead: deque[int] = deque()  # beats of data whose burst was not taken yet
        self._written = 0  # beats of the burst under way
        self._unanswered: Counter[int] = Counter()  # bursts by ID
        self._tasks = [cocotb.start_soon(self._follow(channel)) for channel in found]

    def stop(self) -> None:
        """Watch no more: a reset of all breaks every rule."""
        for task in self._tasks:
            task.cancel()

    @property
    def is_quiet(self) -> bool:
        """Whether every burst is complete and answered."""
        writes = self._writes or self._ahead or self._written or self._unanswered.total()
        return not any(self._reads.values()) and not writes

    async def _follow(self, channel: str) -> None:
        handle = getattr(self, f"_{channel}")
        async for shown in handshakes(self._dut, f"{self._prefix}_{channel}", PAYLOADS[channel]):
            self.beats[channel].append(cycle())
            handle(shown)

    def _request(self, channel: str, shown: dict[str, int]) -> int:
        lanes = len(self._dut[f"{self._prefix}_{'r' if channel == 'ar' else 'w'}data"]) // 8
        beats = shown["len"] + 1
        assert 1 << shown["size"] == lanes, f"{channel}size is {shown['size']}"
        assert shown["burst"] == 1, f"{channel}burst is {shown['burst']}"
        assert shown["addr"] % lanes == 0, f"{channel}addr is {shown['addr']:#x}"
        first, last = shown["addr"], shown["addr"] + beats * lanes - 1
        assert first >> 12 == last >> 12, f"{channel} crosses 4 KB: {first:#x} to {last:#x}"
        self.bursts[channel].append((shown["addr"], beats, shown["id"]))
        return beats

    def _ar(self, shown: dict[str, int]) -> None:
        self._reads.setdefault(shown["id"], deque()).append(self._request("ar", shown))
        under_way = sum(map(len, self._reads.values()))
        self.most["ar"] = max(self.most["ar"], under_way)

    def _r(self, shown: dict[str, int]) -> None:
        waiting = self._reads.get(shown["id"])
        assert waiting, f"a beat for ID {shown['id']}, which asked for nothing"
        waiting[0] -= 1
        assert shown["last"] == (waiting[0] == 0), "RLAST is wrong"
        if shown["last"]:
            waiting.popleft()

    def _aw(self, shown: dict[str, int]) -> None:
        self._writes.append(self._request("aw", shown))
        self._unanswered[shown["id"]] += 1
        self.most["aw"] = max(self.most["aw"], self._unanswered.total())
        self._match()

    def _w(self, shown: dict[str, int]) -> None:
        self._written += 1
        assert self._written <= 256, "a burst without an end"
        if shown["last"]:
            self._ahead.append(self._written)
            self._written = 0
            self._match()

    def _match(self) -> None:
        while self._writes and self._ahead:
            asked, written = self._writes.popleft(), self._ahead.popleft()
            assert written == asked, f"WLAST after {written} of {asked} beats"

    def _b(self, shown: dict[str, int]) -> None:
        assert self._unanswered[shown["id"]], (
            f"a response to ID {shown['id']}, which waits for none"
        )
        self._unanswered[shown["id"]] -= 1
