"""How far the bytes of a descriptor reach."""

from amaranth.hdl import Module, Mux, Shape, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.spec.program import DESCRIPTOR

__all__ = ["Extent"]

_COUNT = DESCRIPTOR["source_line"][0] + 1  # bits of lines and columns


class Extent(wiring.Component):
    """Whether lines of columns of bytes all lie below a limit.

    The last byte is ``start + (lines - 1) * line_step + (columns - 1) * column_step + bytes - 1``:
    no step is negative. Both products are made together, a bit of ``lines - 1`` and
    ``columns - 1`` per cycle, from the highest one on; so nothing gets smaller on the way.

    Latency, in cycles: :attr:`LATENCY` from ``begin`` to ``done``.

    Parameters
    ----------
    start : Shape
        Of ``start``; not less than ``limit - 2**width``.
    width, step_width, bytes_width : int
        Bits of an offset from ``start`` that may be inside, of the steps, and of ``bytes``.
    limit : int
        First byte that is outside.

    Members
    -------
    begin, done : In(1), Out(1)
        Start over; ``outside`` is known. The other inputs hold from ``begin`` to ``done``.
    start, lines, line_step, columns, column_step, bytes : In
        Lines, columns and bytes are at least 1.
    outside : Out(1)
    """

    LATENCY = _COUNT + 2

    def __init__(self, *, start, width, step_width, bytes_width, limit):
        self.start_shape = start = Shape.cast(start)
        self.width = width
        self.step_width = step_width
        self.bytes_width = bytes_width
        self.limit = limit
        members = {
            "begin": In(1),
            "done": Out(1),
            "start": In(start),
            "lines": In(_COUNT),
            "line_step": In(step_width),
            "columns": In(_COUNT),
            "column_step": In(step_width),
            "bytes": In(bytes_width),
            "outside": Out(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        left = Signal(range(_COUNT + 2))  # cycles
        lines = Signal(_COUNT)
        columns = Signal(_COUNT)
        offset = Signal(self.width)
        over = Signal()  # its value has more bits
        grown = (
            (offset << 1)
            + Mux(lines[-1], self.line_step, 0)
            + Mux(columns[-1], self.column_step, 0)
        )
        last = offset + self.start + self.bytes - 1
        with m.If(self.begin):
            m.d.sync += [
                left.eq(_COUNT + 1),
                lines.eq(self.lines - 1),
                columns.eq(self.columns - 1),
                offset.eq(0),
                over.eq(0),
                self.done.eq(0),
            ]
        with m.Elif(left > 1):
            m.d.sync += [
                left.eq(left - 1),
                lines.eq(lines << 1),
                columns.eq(columns << 1),
                offset.eq(grown),
                over.eq(over | (grown >> self.width).any()),
            ]
        with m.Elif(left == 1):
            m.d.sync += [
                left.eq(0),
                self.outside.eq(over | (last >= self.limit)),
                self.done.eq(1),
            ]
        return m
