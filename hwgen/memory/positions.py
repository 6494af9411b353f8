"""Output positions of a pass, in raster order."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.memory.widths import BYTE, LINE, LINE_BYTES, SIZE, SPACING

__all__ = ["Positions"]


class Positions(wiring.Component):
    """Walks over output positions and says where each one's first tap lies.

    Position ``(y, x)`` has address ``origin_address + y * line_step_bytes + x * column_step``,
    line ``origin_line + y * line_step`` and byte ``origin_byte + x * column_step`` of it; lines
    and bytes outside the tensor are padding, addresses wrap modulo ``2**address_width``.

    Handshake: a pass is taken in the cycle in which ``start`` and ``ready`` are 1, and its
    first position comes in the next one; ``ready`` is 1 in the last cycle of a pass, so that
    passes follow each other without a gap. ``origin_*`` and ``spacing`` are read when a pass is
    taken, the other inputs from the next cycle on: they may change in the cycle after a pass
    is taken.

    A position takes ``spacing`` cycles, in the first of which ``valid`` is 1.

    Parameters
    ----------
    address_width : int
        Bits of a byte address.

    Members
    -------
    start, ready : In(1), Out(1)
        Handshake.
    origin_address, origin_line, origin_byte : In
        Position (0, 0).
    spacing : In
        Cycles per position, at least 1.
    height, width : In
        Lines of positions, and positions of a line, at least 1 each.
    column_step, line_step, line_step_bytes : In
        Strides: bytes, lines, and the bytes of those lines.
    valid : Out(1)
        A position is there.
    first, line_end : Out(1)
        It is the first of its pass, the last of its line.
    address, line, byte : Out
        Where it reads.
    """

    def __init__(self, *, address_width):
        self.address_width = address_width
        members = {
            "start": In(1),
            "ready": Out(1),
            "origin_address": In(address_width),
            "origin_line": In(LINE),
            "origin_byte": In(BYTE),
            "spacing": In(SPACING),
            "height": In(SIZE),
            "width": In(SIZE),
            "column_step": In(LINE_BYTES),
            "line_step": In(SIZE),
            "line_step_bytes": In(address_width),
            "valid": Out(1),
            "first": Out(1),
            "line_end": Out(1),
            "address": Out(address_width),
            "line": Out(LINE),
            "byte": Out(BYTE),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        running = Signal()
        spacing = Signal(SPACING)
        wait = Signal(SPACING)
        x = Signal(SIZE)
        y = Signal(SIZE)
        line_address = Signal(self.address_width)
        line_byte = Signal(BYTE)

        moves = Signal()
        last_line = Signal()
        next_line = Signal(self.address_width)
        m.d.comb += [
            moves.eq(wait + 1 == spacing),
            last_line.eq(y + 1 == self.height),
            self.line_end.eq(x + 1 == self.width),
            self.ready.eq(~running | (moves & self.line_end & last_line)),
            self.valid.eq(running & (wait == 0)),
            next_line.eq(line_address + self.line_step_bytes),
        ]

        with m.If(running):
            m.d.sync += wait.eq(Mux(moves, 0, wait + 1))
            with m.If(moves):
                m.d.sync += self.first.eq(0)
                with m.If(self.line_end):
                    m.d.sync += [
                        x.eq(0),
                        y.eq(y + 1),
                        line_address.eq(next_line),
                        self.address.eq(next_line),
                        self.line.eq(self.line + self.line_step),
                        self.byte.eq(line_byte),
                        running.eq(~last_line),
                    ]
                with m.Else():
                    m.d.sync += [
                        x.eq(x + 1),
                        self.address.eq(self.address + self.column_step),
                        self.byte.eq(self.byte + self.column_step),
                    ]
        with m.If(self.start & self.ready):
            m.d.sync += [
                running.eq(1),
                self.first.eq(1),
                spacing.eq(self.spacing),
                wait.eq(0),
                x.eq(0),
                y.eq(0),
                line_address.eq(self.origin_address),
                line_byte.eq(self.origin_byte),
                self.address.eq(self.origin_address),
                self.line.eq(self.origin_line),
                self.byte.eq(self.origin_byte),
            ]
        return m
