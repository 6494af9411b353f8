"""A queue between streams."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.emission import place
from hwgen.errors import check_range
from hwgen.memory.ram import Ram

__all__ = ["StreamFifo", "place_fifo"]


class StreamFifo(wiring.Component):
    """Queue of words in a memory; one word in and one out per cycle.

    Latency, in cycles: 1 from ``i`` to ``o``. ``i.ready`` and ``o.valid`` are registered:
    neither depends on what the other side does in the same cycle.

    Parameters
    ----------
    width, depth : int
        Bits of a word, and words: 1 to 65536.

    Members
    -------
    i, o : stream of width bits
    clear : In(1)
        Forget all words; one that comes in the same cycle is lost, too.
    level : Out
        Words in the queue.
    """

    def __init__(self, *, width, depth):
        check_range("StreamFifo", "depth", depth, 1, 1 << 16)
        self.width = width
        self.depth = depth
        members = {
            "i": In(stream.Signature(width)),
            "o": Out(stream.Signature(width)),
            "clear": In(1),
            "level": Out(range(depth + 1)),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        words = Ram(width=self.width, depth=self.depth, transparent=True)
        ram = place(m, platform, "ram", words, module=f"memory_fifo_{self.width}x{self.depth}")
        write = Signal()
        read = Signal()
        first = Signal.like(ram.read_address)
        first_next = Signal.like(first)
        free = Signal.like(ram.write_address)
        m.d.comb += [
            self.i.ready.eq(self.level != self.depth),
            self.o.valid.eq(self.level != 0),
            write.eq(self.i.valid & self.i.ready),
            read.eq(self.o.valid & self.o.ready),
            first_next.eq(Mux(read, self._after(first), first)),
            # Read ahead, so that the memory's register shows the first word.
            ram.read_address.eq(first_next),
            self.o.payload.eq(ram.read_data),
            ram.write_enable.eq(write),
            ram.write_address.eq(free),
            ram.write_data.eq(self.i.payload),
        ]
        m.d.sync += [first.eq(first_next), self.level.eq(self.level + write - read)]
        with m.If(write):
            m.d.sync += free.eq(self._after(free))
        with m.If(self.clear):
            m.d.comb += ram.read_address.eq(0)
            m.d.sync += [first.eq(0), free.eq(0), self.level.eq(0)]
        return m

    def _after(self, pointer):
        return Mux(pointer == self.depth - 1, 0, pointer + 1)


def place_fifo(m, platform, name, *, width, depth):
    """Make a :class:`StreamFifo` the child ``name`` of ``m`` and return it."""
    fifo = StreamFifo(width=width, depth=depth)
    return place(m, platform, name, fifo, module=f"stream_fifo_{width}x{depth}")
