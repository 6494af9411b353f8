"""Fills the shadow weights of the array while it works."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["WeightLoader"]

_ADDRESS, _COUNT = 20, 16


class WeightLoader(wiring.Component):
    """Reads blocks of ``rows`` weight words, one after the other, into the array.

    A block is announced by ``ready`` as soon as its first row is under way: swaps and loads
    run down the rows at the same pace. After a block was taken the loader waits until its
    swap has crossed the ``cols`` columns of a row. Blocks may be taken every
    ``max(rows, cols + 1)`` cycles.

    Parameters
    ----------
    rows, cols : int
        Size of the array.
    address_width : int
        Bits of a weight word's address.

    Members
    -------
    begin, base, count : In
        Start over at word ``base`` with ``count`` blocks; nothing may be under way.
    ready : Out(1)
        A block is loaded far enough for a pass to start.
    exhausted : Out(1)
        Every block was taken.
    take : In(1)
        A pass starts: its block is swapped in. Only while ``ready``.
    read_address : Out
        For the weight memory.
    load : Out(rows)
        For the array, beside the word read: the row it belongs to.
    """

    def __init__(self, *, rows, cols, address_width):
        self.rows = rows
        self.cols = cols
        self.address_width = address_width
        members = {
            "begin": In(1),
            "base": In(_ADDRESS),
            "count": In(_COUNT),
            "ready": Out(1),
            "exhausted": Out(1),
            "take": In(1),
            "read_address": Out(address_width),
            "load": Out(rows),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        remaining = Signal(_COUNT)
        wait = Signal(range(self.cols))
        row = Signal(self.rows)  # one-hot; 0 between blocks
        reading = Signal(self.rows)

        with m.If(self.take):
            m.d.sync += [self.ready.eq(0), wait.eq(self.cols - 1)]
        with m.Elif(wait != 0):
            m.d.sync += wait.eq(wait - 1)

        idle = (row == 0) & ~self.ready & ~self.take & (wait == 0) & (remaining != 0)
        m.d.comb += [
            reading.eq(Mux(idle, 1, row)),
            self.exhausted.eq(~self.ready & (remaining == 0)),
        ]
        m.d.sync += [row.eq(reading << 1), self.load.eq(reading)]
        with m.If(reading != 0):
            m.d.sync += self.read_address.eq(self.read_address + 1)
        with m.If(idle):
            m.d.sync += [self.ready.eq(1), remaining.eq(remaining - 1)]

        with m.If(self.begin):
            m.d.sync += [
                self.read_address.eq(self.base),
                remaining.eq(self.count),
                self.ready.eq(0),
                wait.eq(0),
            ]
        return m
