"""The column that sums activations alone."""

from amaranth.hdl import Module, Mux, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

__all__ = ["SumElement"]


class SumElement(wiring.Component):
    """Element of the sum column: adds the activation itself to the sum from the north.

    Stands beside the first column and sees the same activations, so its sums leave with
    those of column 0. The zero point of the weights is cancelled with them.

    Latency, in cycles: 1.

    Parameters
    ----------
    width : int
        Activation width, in bits.
    rows : int
        Elements in the column.

    Members
    -------
    a, valid : In
        Activation code from the west, and whether it counts.
    total : In(unsigned)
        Sum from the north.
    total_south : Out(unsigned)
        The sum with this activation, one cycle later.
    """

    def __init__(self, *, width, rows):
        self.width = width
        self.rows = rows
        total = unsigned(width + ceil_log2(rows))
        members = {
            "a": In(unsigned(width)),
            "valid": In(1),
            "total": In(total),
            "total_south": Out(total),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        m.d.sync += self.total_south.eq(self.total + Mux(self.valid, self.a, 0))
        return m
