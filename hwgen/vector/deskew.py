"""Codes of all columns at once."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Deskew"]


class Deskew(wiring.Component):
    """Delays the codes of early columns until that of the last one is there.

    Each requantizer serves ``cols / requantizers`` neighbours, one cycle after the other, so
    that its codes wait in one line, whichever column they are of.

    Latency, in cycles: ``cols - 1 - c`` for column ``c``.

    Parameters
    ----------
    cols, requantizers : int
        Columns, and a divisor of them.

    Members
    -------
    code : In(8), one per requantizer
        Codes: of column ``c``, ``c`` cycles later than of column 0.
    aligned : Out(8), one per column
        Codes of one position.
    """

    def __init__(self, *, cols, requantizers):
        self.cols = cols
        self.requantizers = requantizers
        members = {"code": In(8).array(requantizers), "aligned": Out(8).array(cols)}
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        shared = self.cols // self.requantizers
        for number in range(self.requantizers):
            line = [self.code[number]]
            for stage in range(self.cols - 1 - number * shared):
                late = Signal(8, name=f"code_{number}_{stage}")
                m.d.sync += late.eq(line[-1])
                line.append(late)
            for col in range(number * shared, (number + 1) * shared):
                m.d.comb += self.aligned[col].eq(line[self.cols - 1 - col])
        return m
