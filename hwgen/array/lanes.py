"""Activations beside the sums that they alone went into."""

from amaranth.hdl import Module, Mux, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.array.skew import ActivationDelay
from hwgen.emission import place

__all__ = ["DiagonalLanes"]


class DiagonalLanes(wiring.Component):
    """Delays the activation of every row until the sum of its column on the diagonal leaves.

    A depthwise layer needs the sum of activations of every channel by itself; what a sum
    column adds up is of no use to it.

    Latency, in cycles: ``delay``.

    Parameters
    ----------
    a_kind : OperandKind
        Of the activations.
    lanes, delay : int
        Rows and columns on the diagonal; cycles.

    Members
    -------
    a, valid : In, one per lane
        Activation code, and whether it counts, and on the diagonal only.
    stored : Out, one per lane
        Stored activation code: that above the lowest value of the kind. 0 where it does not
        count.
    """

    def __init__(self, *, a_kind, lanes, delay):
        self.a_kind = a_kind
        self.lanes = lanes
        self.delay = delay
        activation = unsigned(a_kind.width)
        members = {
            "a": In(activation).array(lanes),
            "valid": In(1).array(lanes),
            "stored": Out(activation).array(lanes),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        lowest = self.a_kind.low & ((1 << self.a_kind.width) - 1)
        for lane in range(self.lanes):
            line = ActivationDelay(width=self.a_kind.width, depth=self.delay)
            place(m, platform, f"lane_{lane}", line, module="lane_delay")
            m.d.comb += [
                line.a.eq(self.a[lane]),
                line.valid.eq(self.valid[lane]),
                self.stored[lane].eq(Mux(line.valid_east, line.a_east ^ lowest, 0)),
            ]
        return m
