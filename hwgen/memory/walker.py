"""Address generation: the positions of a layer in raster order."""

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

__all__ = ["Walker"]

_SIZE = 16
_OFFSET = signed(22)  # offsets may be negative (padding) or reach beyond a tensor's end


class Walker(wiring.Component):
    """Walks over output positions and yields the address of each one's input.

    A tensor lies in memory as lines of ``line_bytes``. Position ``(y, x)`` reads at line
    ``line + y * step_lines`` and byte ``q + x * step_q`` of it: both may lie outside, which
    is padding. At each position ``inner`` consecutive bytes are visited, one per cycle. With
    ``flat``, ``q`` runs on from line to line: that is how results are written.

    Handshake: a pass is taken in the cycle in which ``start`` and ``ready`` are 1, and its
    first address comes in the next one; ``ready`` is 1 in the last cycle of a pass, so passes
    follow each other without a gap. ``line``, ``line_address`` and ``q`` are read when a pass
    is taken, everything else while it runs.

    Parameters
    ----------
    address_width : int
        Bits of a byte address.
    depth : int
        Most positions of a pass.
    cols : int
        Most bytes per position.

    Members
    -------
    start, ready : In(1), Out(1)
        Handshake.
    line, line_address, q : In
        Line and byte of position (0, 0), and the address of that line's first byte.
    height, width, inner : In
        Size of the pass: output lines, positions per line, bytes per position.
    step_q, step_lines, step_line_bytes, in_lines, flat : In
        Strides, height of the input.
    valid : Out(1)
        The outputs below hold an access.
    first : Out(1)
        It is the first of its pass.
    address : Out(address_width)
        Its byte address.
    line_inside, offset : Out
        Whether its line lies in the input, and its byte in that line.
    position, index : Out
        Output position in raster order, and byte at that position.
    """

    def __init__(self, *, address_width, depth, cols):
        self.address_width = address_width
        self.depth = depth
        self.cols = cols
        members = {
            "start": In(1),
            "ready": Out(1),
            "line": In(signed(_SIZE + 1)),
            "line_address": In(_OFFSET),
            "q": In(_OFFSET),
            "height": In(_SIZE),
            "width": In(_SIZE),
            "inner": In(ceil_log2(cols + 1)),
            "step_q": In(_SIZE),
            "step_lines": In(_SIZE),
            "step_line_bytes": In(_OFFSET),
            "in_lines": In(_SIZE),
            "flat": In(1),
            "valid": Out(1),
            "first": Out(1),
            "address": Out(address_width),
            "line_inside": Out(1),
            "offset": Out(_OFFSET),
            "position": Out(max(1, ceil_log2(depth))),
            "index": Out(max(1, ceil_log2(cols))),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        start_q = Signal(_OFFSET)
        q = Signal(_OFFSET)
        line = Signal.like(self.line)
        line_address = Signal(_OFFSET)
        x = Signal(_SIZE)
        y = Signal(_SIZE)

        last_index = Signal()
        last_x = Signal()
        last = Signal()
        m.d.comb += [
            last_index.eq(self.index + 1 == self.inner),
            last_x.eq(x + 1 == self.width),
            last.eq(last_index & last_x & (y + 1 == self.height)),
            self.ready.eq(~self.valid | last),
            self.address.eq(line_address + self.offset),
            self.offset.eq(q + self.index),
            self.line_inside.eq((line >= 0) & (line < self.in_lines)),
        ]

        with m.If(self.valid):
            m.d.sync += [self.first.eq(0), self.index.eq(self.index + 1)]
            with m.If(last_index):
                m.d.sync += [
                    self.index.eq(0),
                    self.position.eq(self.position + 1),
                    x.eq(x + 1),
                    q.eq(q + self.step_q),
                ]
                with m.If(last_x):
                    m.d.sync += [x.eq(0), y.eq(y + 1)]
                    with m.If(~self.flat):
                        m.d.sync += [
                            q.eq(start_q),
                            line.eq(line + self.step_lines),
                            line_address.eq(line_address + self.step_line_bytes),
                        ]
            with m.If(last):
                m.d.sync += self.valid.eq(0)
        with m.If(self.start & self.ready):
            m.d.sync += [
                self.valid.eq(1),
                self.first.eq(1),
                self.index.eq(0),
                self.position.eq(0),
                x.eq(0),
                y.eq(0),
                start_q.eq(self.q),
                q.eq(self.q),
                line.eq(self.line),
                line_address.eq(self.line_address),
            ]
        return m
