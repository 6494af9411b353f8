"""From a vector of bytes to one column of the im2col matrix."""

from amaranth.hdl import Module, Mux, Signal, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Im2col"]

_SIZE = 16
_OFFSET = signed(22)


class Im2col(wiring.Component):
    """Activations of one output position: taps outside the input read as its zero point.

    Row ``r`` of the array sees tap ``r`` of the block, which lies ``r`` bytes after the first
    one in the same line of the input, or in its padding.

    Latency, in cycles: 2 from the access to ``a`` and ``valid``, and 1 to ``swap`` and to
    ``inside``; ``data`` comes one cycle after the access it belongs to.

    Parameters
    ----------
    rows : int
        Array rows.

    Members
    -------
    access, first : In(1)
        A position is read; it is the first one of a block.
    line_inside, offset, line_bytes : In
        Whether its line lies in the input, the first tap's byte in that line, bytes of a line.
    row_enable : In(rows)
        Rows that hold a tap.
    zero : In(8)
        Zero point of the input.
    data : In(8), one per row
        Bytes that the memory returned.
    a, valid : Out, one per row
        For the array.
    swap : Out(1)
        For the array: a block begins.
    inside : Out(1)
        Whether the first tap, whose byte ``data[0]`` is, lies in the input.
    """

    def __init__(self, *, rows):
        self.rows = rows
        members = {
            "access": In(1),
            "first": In(1),
            "line_inside": In(1),
            "offset": In(_OFFSET),
            "line_bytes": In(_SIZE),
            "row_enable": In(rows),
            "zero": In(8),
            "data": In(8).array(rows),
            "a": Out(unsigned(8)).array(rows),
            "valid": Out(1).array(rows),
            "swap": Out(1),
            "inside": Out(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        m.d.sync += self.swap.eq(self.access & self.first)
        for row in range(self.rows):
            # Stage 0: a negative offset is a large unsigned one.
            tap = Signal(_OFFSET, name=f"tap_{row}")
            inside = Signal(name=f"inside_{row}")
            valid = Signal(name=f"valid_{row}")
            m.d.comb += tap.eq(self.offset + row)
            m.d.sync += [
                inside.eq(self.line_inside & (tap.as_unsigned() < self.line_bytes)),
                valid.eq(self.access & self.row_enable[row]),
            ]
            if row == 0:
                m.d.comb += self.inside.eq(inside)

            # Stage 1: the byte is there.
            m.d.sync += [
                self.a[row].eq(Mux(inside, self.data[row], self.zero)),
                self.valid[row].eq(valid),
            ]
        return m
