"""Codes of all columns at once."""

from amaranth.hdl import Cat, Module, Signal
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
        lines = [Cat(self.code)]
        for stage in range(self.cols - 1):  # one register for all that still waits
            waiting = -(-(self.cols - 1 - stage) // shared)
            late = Signal(8 * waiting, name=f"late_{stage}")
            m.d.sync += late.eq(lines[-1][: 8 * waiting])
            lines.append(late)
        for col in range(self.cols):
            code = lines[self.cols - 1 - col].word_select(col // shared, 8)
            m.d.comb += self.aligned[col].eq(code)
        return m
