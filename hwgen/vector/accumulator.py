"""Accumulators of one column."""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.emission import place
from hwgen.memory.ram import Ram
from hwgen.memory.token import Update

__all__ = ["Accumulator"]


class Accumulator(wiring.Component):
    """Accumulators of one column: read, combine, write back, one update per cycle.

    Stage 0 reads, stage 1 combines and writes, with an address of its own in either: whoever
    uses it keeps them for a cycle, as the chain of control does anyway. An update may follow
    another one of the same address in the next cycle. Sums wrap modulo ``2**width``.

    Latency, in cycles: 1 from ``read_address`` to ``combined``, 0 from ``data``.

    Parameters
    ----------
    width, depth : int
        Bits of an accumulator, and accumulators.

    Members
    -------
    read_address : In
        Stage 0: the accumulator to combine with.
    update, data : In
        Stage 1: what is combined with it, and how.
    write, write_address : In
        Stage 1: whether the result is written back; the address of stage 0.
    combined : Out(signed(width))
        Stage 1: the result.
    """

    def __init__(self, *, width, depth):
        self.width = width
        self.depth = depth
        address = max(1, ceil_log2(depth))
        members = {
            "read_address": In(address),
            "update": In(Update),
            "data": In(signed(width)),
            "write": In(1),
            "write_address": In(address),
            "combined": Out(signed(width)),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        ram = place(
            m,
            platform,
            "ram",
            Ram(width=self.width, depth=self.depth, transparent=True),
            module=f"memory_accumulators_{self.width}",
        )
        old = Signal(signed(self.width))
        m.d.comb += [
            ram.read_address.eq(self.read_address),
            ram.write_enable.eq(self.write),
            ram.write_address.eq(self.write_address),
            ram.write_data.eq(self.combined),
            old.eq(ram.read_data),
        ]
        with m.Switch(self.update):
            with m.Case(Update.SET):
                m.d.comb += self.combined.eq(self.data)
            with m.Case(Update.ADD):
                m.d.comb += self.combined.eq(old + self.data)
            with m.Case(Update.MAXIMUM):
                m.d.comb += self.combined.eq(Mux(old > self.data, old, self.data))
            with m.Default():
                m.d.comb += self.combined.eq(old)
        return m
