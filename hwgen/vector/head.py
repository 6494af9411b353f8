"""Where the chain of control begins."""

from amaranth.hdl import Cat, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.memory.token import TOKEN, Kind
from hwgen.vector.link import link_layout

__all__ = ["ByteSkew", "ChainHead"]


class ChainHead(wiring.Component):
    """Holds a token back until the array's sums of its position are there.

    Tokens that take bytes pass at once. Numbers the positions of every pass.

    Latency, in cycles: 0, or ``delay`` for column sums. A token that passes at once must not
    come in the cycle in which another one does that waited.

    Parameters
    ----------
    delay, depth : int
        Cycles from the array's edge to column 0's sum; accumulators.

    Members
    -------
    token : In(TOKEN)
        A position at the array's edge.
    link : Out
        First link of the chain.
    """

    def __init__(self, *, delay, depth):
        self.delay = delay
        self.depth = depth
        members = {"token": In(TOKEN), "link": Out(link_layout(depth))}
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        waits = self.token.work.kind == Kind.TOTAL
        late = Signal(TOKEN)
        m.d.comb += [
            late.eq(self.token),
            late.valid.eq(self.token.valid & waits),
            late.work.kind.eq(Kind.TOTAL),  # the same for all of them: no registers
        ]
        for stage in range(self.delay):
            before, late = late, Signal(TOKEN, name=f"late_{stage}")
            m.d.sync += late.eq(before)

        token = self.link.token
        position = Signal.like(self.link.position)
        m.d.comb += [
            token.eq(Mux(late.valid, late.as_value(), self.token.as_value())),
            token.valid.eq(late.valid | (self.token.valid & ~waits)),
            self.link.position.eq(Mux(token.first, 0, position)),
        ]
        with m.If(token.valid):
            m.d.sync += position.eq(self.link.position + 1)
        return m


class ByteSkew(wiring.Component):
    """Brings bytes to columns with the pace of the chain: column ``c`` is ``c`` cycles late.

    Registers move only for tokens that take bytes.

    Parameters
    ----------
    cols, depth : int
        Columns; accumulators.

    Members
    -------
    a : In(8), one per column
        Activations at the array's edge.
    offset : In(8)
        What is taken from them.
    link : In, one per column but the last
        Chain of control.
    byte : Out(signed(9)), one per column
        Activations less the offset.
    """

    def __init__(self, *, cols, depth):
        self.cols = cols
        self.depth = depth
        members = {
            "a": In(8).array(cols),
            "offset": In(8),
            "link": In(link_layout(depth)).array(cols - 1),
            "byte": Out(signed(9)).array(cols),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        width = len(self.byte[0])
        waiting = Signal(width * self.cols, name="waiting")
        m.d.comb += [
            waiting.eq(Cat((a - self.offset)[:width] for a in self.a)),
            self.byte[0].eq(waiting[:width]),
        ]
        for stage, link in enumerate(self.link):  # one register for all columns to the east
            takes = link.token.valid & (link.token.work.kind != Kind.TOTAL)
            late = Signal(len(waiting) - width, name=f"late_{stage}")
            with m.If(takes):
                m.d.sync += late.eq(waiting[width:])
            m.d.comb += self.byte[stage + 1].eq(late[:width])
            waiting = late
        return m
