"""Parameters of a group of filters, all columns at once."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["ParameterFeed"]


class ParameterFeed(wiring.Component):
    """Gathers a parameter per column, and shows them until they have been taken.

    The next ones are gathered meanwhile.

    Parameters
    ----------
    layout : StructLayout
        Parameters of one column.
    cols : int
        Columns.
    word_width : int
        Bits of one column's parameters in memory.

    Members
    -------
    word : In(stream of ``data`` and ``last``)
        Columns' parameters, one after the other.
    parameter : Out(layout), one per column
    ready : Out(1)
        Nobody has claimed what is shown.
    claim : In(1)
        A pass that loads it was taken. Only while ``ready``.
    taken : In(1)
        It has been loaded.
    clear : In(1)
        Forget everything.
    """

    def __init__(self, *, layout, cols, word_width):
        self.layout = layout
        self.cols = cols
        self.word_width = word_width
        word = data.StructLayout({"data": word_width, "last": 1})
        members = {
            "word": In(stream.Signature(word)),
            "parameter": Out(layout).array(cols),
            "ready": Out(1),
            "claim": In(1),
            "taken": In(1),
            "clear": In(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        next_ones = [Signal(self.layout, name=f"next_{col}") for col in range(self.cols)]
        count = Signal(range(self.cols + 1))
        full = Signal()
        shown = Signal()
        claimed = Signal()
        moves = Signal()
        m.d.comb += [
            full.eq(count == self.cols),
            moves.eq(full & (~shown | self.taken)),
            self.word.ready.eq(~full),
            self.ready.eq(shown & ~claimed),
        ]
        with m.If(self.word.valid & self.word.ready):
            m.d.sync += count.eq(count + 1)
            with m.Switch(count):
                for col, word in enumerate(next_ones):
                    with m.Case(col):
                        m.d.sync += word.eq(self.word.payload.data[: self.layout.size])
        with m.If(self.claim):
            m.d.sync += claimed.eq(1)
        with m.If(self.taken):
            m.d.sync += [shown.eq(0), claimed.eq(0)]
        with m.If(moves):
            m.d.sync += [shown.eq(1), claimed.eq(0), count.eq(0)]
            m.d.sync += [out.eq(word) for out, word in zip(self.parameter, next_ones, strict=True)]
        with m.If(self.clear):
            m.d.sync += [count.eq(0), shown.eq(0), claimed.eq(0)]
        return m
