"""The data channel of a writer."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2, exact_log2

from hwgen.bus.aligner import check_alignment, lane_shift
from hwgen.bus.streams import burst_beats

__all__ = ["WriteBeats"]


class WriteBeats(wiring.Component):
    """Makes the W beats of bursts out of the bytes of their runs.

    One beat per cycle. Latency, in cycles: 1.

    Parameters
    ----------
    data_width, max_burst, alignment : int
        As of :class:`~hwgen.bus.writer.AxiWriter`.

    Members
    -------
    burst : In(stream of :func:`~hwgen.bus.streams.burst_beats`)
    data : In(stream of data_width bits)
        Bytes of the runs, the first one of each in lane 0.
    discard : In(1)
        Make beats that write nothing, without taking ``data``.
    wdata, wstrb, wlast, wvalid, wready
        W channel.
    """

    def __init__(self, *, data_width, max_burst, alignment):
        check_alignment("WriteBeats", alignment, data_width)
        self.data_width = data_width
        self.max_burst = max_burst
        self.alignment = alignment
        members = {
            "burst": In(stream.Signature(burst_beats(data_width, max_burst))),
            "data": In(stream.Signature(data_width)),
            "discard": In(1),
            "wdata": Out(data_width),
            "wstrb": Out(data_width // 8),
            "wlast": Out(1),
            "wvalid": Out(1),
            "wready": In(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        burst = self.burst.payload
        lanes = self.data_width // 8

        index = Signal(ceil_log2(self.max_burst))  # of the next beat in its burst
        final = Signal()
        opens = Signal()  # first beat of its run
        closes = Signal()  # last one
        spill = Signal()  # it holds only bytes that came with the beat before
        free = Signal()
        go = Signal()
        m.d.comb += [
            final.eq(index == burst.length),
            opens.eq(burst.first & (index == 0)),
            closes.eq(burst.last & final),
            spill.eq(closes & (burst.offset > burst.end)),
            free.eq(~self.wvalid | self.wready),
            go.eq(self.burst.valid & free & (self.data.valid | spill | self.discard)),
            self.data.ready.eq(self.burst.valid & free & ~spill & ~self.discard),
            self.burst.ready.eq(go & final),
        ]
        with m.If(free):
            m.d.sync += self.wvalid.eq(go)
        with m.If(go):
            m.d.sync += [
                index.eq(Mux(final, 0, index + 1)),
                self.wdata.eq(self._shifted(m, burst.offset)),
                self.wstrb.eq(Mux(self.discard, 0, _between(burst, opens, closes, lanes))),
                self.wlast.eq(final),
            ]
        return m

    def _shifted(self, m, offset):
        """The beat of the bytes that came and those that the last beat had no room for."""
        if self.alignment == self.data_width // 8:
            return self.data.payload
        lanes = exact_log2(self.data_width // 8)
        held = Signal(self.data_width)
        with m.If(self.data.valid & self.data.ready):
            m.d.sync += held.eq(self.data.payload)
        # Left by the offset is right by what is missing to a beat; all of a beat for 0.
        back = Signal(lanes + 1)
        m.d.comb += back.eq((1 << lanes) - offset)
        both = Cat(held, self.data.payload)
        return lane_shift(both, back, self.alignment)[: self.data_width]


def _between(burst, opens, closes, lanes):
    """Strobes of the lanes of a run's first or last beat that the run covers."""
    ones = (1 << lanes) - 1
    lower = Mux(opens, (ones << burst.offset)[:lanes], ones)
    upper = Mux(closes, ones >> ((lanes - 1) - burst.end)[: len(burst.end)], ones)
    return lower & upper
