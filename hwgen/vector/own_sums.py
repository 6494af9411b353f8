"""What a column on the array's diagonal makes of activations of its own."""

from amaranth.hdl import Module, Signal, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.array.sum_columns import variate_of
from hwgen.emission import place
from hwgen.vector.accumulator import Accumulator
from hwgen.vector.link import link_layout, results

__all__ = ["OwnSums"]


class OwnSums(wiring.Component):
    """One column's corrections of a depthwise layer, whose channels all have sums of their own.

    The sum of activations is not held: each activation is multiplied by the filter's factor at
    once, and the product goes into the column's accumulator with its total. A small multiplier
    takes less than accumulators of a second sum. The sum of x is accumulated, as its factor has
    a fraction and the sum is to be rounded once.

    No flow control: a position may enter every cycle.

    Latency, in cycles: 1 from ``link`` to ``product`` and ``variate``.

    Parameters
    ----------
    sums : Sums
    depth : int
        Accumulators.

    Members
    -------
    link, now : In
        Chain of control, and the same one cycle later.
    activation : In(unsigned)
        Stored activation code that is beside the column's total; 0 off the diagonal.
    sum_factor : In(signed(9))
        The filter's. Only with a sum of activations.
    variate_mask, variate_or : In
        What x is: constant in a layer. Only with a sum of x.
    product : Out(signed)
        Factor times activation. Only with a sum of activations.
    variate : Out(unsigned)
        Sum of x with that of ``now``. Only with a sum of x.
    """

    def __init__(self, *, sums, depth):
        self.sums = sums
        self.depth = depth
        members = {"activation": In(unsigned(sums.lane_width))}
        if sums.own_sum:
            members["sum_factor"] = In(signed(9))
            members["product"] = Out(signed(9 + sums.lane_width))
        if sums.own_variate:
            members |= {
                "link": In(link_layout(depth)),
                "now": In(link_layout(depth)),
                "variate_mask": In(sums.variate_bits),
                "variate_or": In(1),
                "variate": Out(unsigned(sums.own_variate)),
            }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        if self.sums.own_sum:
            m.d.sync += self.product.eq(self.sum_factor * self.activation)
        if self.sums.own_variate:
            self._sum_variates(m, platform)
        return m

    def _sum_variates(self, m, platform):
        accumulator = Accumulator(width=self.sums.own_variate, depth=self.depth)
        place(m, platform, "variates", accumulator, module="accumulator_of_variates")
        x = Signal(self.sums.variate_bits)
        code = self.activation ^ self.sums.lowest
        m.d.sync += x.eq(variate_of(code, self.variate_mask, self.variate_or))
        m.d.comb += [
            accumulator.read_address.eq(self.link.position),
            accumulator.update.eq(self.now.token.work.update),
            accumulator.data.eq(x),
            accumulator.write.eq(self.now.token.valid & ~results(self.now)),
            accumulator.write_address.eq(self.now.position),
            self.variate.eq(accumulator.combined),
        ]
