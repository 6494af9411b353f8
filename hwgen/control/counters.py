"""What cycles were spent on: of the whole run, and of each descriptor."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.emission import place
from hwgen.memory.ram import Ram
from hwgen.spec.registers.accelerator import CAUSES

__all__ = ["Counters"]

_STRIDE = 8  # words of an entry in memory


class Counters(wiring.Component):
    """Counts cycles by cause; after each descriptor its own counts go into a memory.

    That takes as many cycles as there are counts, in which the next descriptor's are counted
    already; no descriptor is shorter. Counts stay at their highest value, but for ``cycles``.

    Parameters
    ----------
    entries : int
        Descriptors that have counts of their own; later ones have none.
    width : int
        Bits of a count.

    Members
    -------
    clear : In(1)
        A run starts.
    running : In(1)
        This cycle counts.
    cause : In(number of causes)
        Which one; none or one.
    ended : In(1)
        This is a descriptor's last cycle.
    cycles : Out(64)
    totals : Out(width), one per cause
        Of the run.
    address, data : In, Out(width)
        Read port of the memory, a cycle later.
    """

    def __init__(self, *, entries, width=32):
        self.entries = entries
        self.width = width
        members = {
            "clear": In(1),
            "running": In(1),
            "cause": In(len(CAUSES)),
            "ended": In(1),
            "cycles": Out(64),
            "totals": Out(width).array(len(CAUSES)),
            "address": In(ceil_log2(entries * _STRIDE)),
            "data": Out(width),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        with m.If(self.clear):
            m.d.sync += [self.cycles.eq(0), *(total.eq(0) for total in self.totals)]
        with m.Elif(self.running):
            m.d.sync += self.cycles.eq(self.cycles + 1)
            m.d.sync += [
                total.eq(total + (self.cause[index] & ~total.all()))
                for index, total in enumerate(self.totals)
            ]

        counts = [Signal(self.width, name=f"count_{index}") for index in range(len(CAUSES) + 1)]
        kept = [Signal(self.width, name=f"kept_{index}") for index in range(len(counts))]
        for index, (count, copy) in enumerate(zip(counts, kept, strict=True)):
            happens = self.running & ~count.all() & (1 if index == 0 else self.cause[index - 1])
            m.d.sync += count.eq(Mux(self.ended | self.clear, 0, count + happens))
            with m.If(self.ended):
                m.d.sync += copy.eq(count + happens)
        self._keep(m, platform, kept)
        return m

    def _keep(self, m, platform, kept):
        """Write the counts of the last descriptor, a word per cycle."""
        depth = self.entries * _STRIDE
        ram = place(
            m, platform, "ram", Ram(width=self.width, depth=depth), module="memory_counters"
        )
        entry = Signal(range(self.entries + 1))
        word = Signal(range(_STRIDE + 1), init=_STRIDE)
        with m.If(self.clear):
            m.d.sync += [entry.eq(0), word.eq(_STRIDE)]
        with m.Elif(self.ended):
            m.d.sync += word.eq(0)
        with m.Elif(word != _STRIDE):
            m.d.sync += word.eq(word + 1)
            with m.If((word == _STRIDE - 1) & (entry != self.entries)):
                m.d.sync += entry.eq(entry + 1)
        m.d.comb += [
            ram.write_enable.eq((word < len(kept)) & (entry != self.entries)),
            ram.write_address.eq(entry * _STRIDE + word),
            ram.read_address.eq(self.address),
            self.data.eq(ram.read_data),
        ]
        with m.Switch(word):
            for index, value in enumerate(kept):
                with m.Case(index):
                    m.d.comb += ram.write_data.eq(value)
