"""Accumulators of a sum column."""

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.emission import place
from hwgen.vector.accumulator import Accumulator
from hwgen.vector.link import link_layout, results

__all__ = ["SumLane"]


class SumLane(wiring.Component):
    """Accumulates what a sum column of the array sums up, beside column 0.

    No flow control: a position may enter every cycle.

    Latency, in cycles: 2 from ``link`` and ``total`` to ``sum``, which changes with final
    positions only.

    Parameters
    ----------
    total_width, width, depth : int
        Bits of a column sum and of an accumulator; accumulators.

    Members
    -------
    link, now : In
        Chain of control, and the same one cycle later.
    total : In(unsigned)
        Column sum of ``link``.
    sum : Out(unsigned)
        Sum over all taps.
    """

    def __init__(self, *, total_width, width, depth):
        self.total_width = total_width
        self.width = width
        self.depth = depth
        members = {
            "link": In(link_layout(depth)),
            "now": In(link_layout(depth)),
            "total": In(unsigned(total_width)),
            "sum": Out(unsigned(width)),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        accumulator = place(
            m,
            platform,
            "accumulator",
            Accumulator(width=self.width, depth=self.depth),
            module=f"accumulator_of_sums_{self.width}",
        )
        total = Signal.like(self.total)
        m.d.sync += total.eq(self.total)
        m.d.comb += [
            accumulator.read_address.eq(self.link.position),
            accumulator.update.eq(self.now.token.work.update),
            accumulator.data.eq(total),
            accumulator.write.eq(self.now.token.valid & ~results(self.now)),
            accumulator.write_address.eq(self.now.position),
        ]
        with m.If(results(self.now)):
            m.d.sync += self.sum.eq(accumulator.combined)
        return m
