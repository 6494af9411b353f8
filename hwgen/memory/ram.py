"""The one memory all others are built from."""

from amaranth.hdl import Module, unsigned
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

__all__ = ["Ram"]


class Ram(wiring.Component):
    """Memory with one write and one read port; starts as zeros.

    Latency, in cycles: 1 from ``read_address`` to ``read_data``. A word that is written in the
    very cycle it is read reads as new when ``transparent``, as old otherwise.

    Parameters
    ----------
    width, depth : int
        Bits of a word, and words.
    transparent : bool

    Members
    -------
    write_enable, write_address, write_data : In
    read_address : In
    read_data : Out(width)
    """

    def __init__(self, *, width, depth, transparent=False):
        self.width = width
        self.depth = depth
        self.transparent = transparent
        address = unsigned(max(1, ceil_log2(depth)))
        members = {
            "write_enable": In(1),
            "write_address": In(address),
            "write_data": In(width),
            "read_address": In(address),
            "read_data": Out(width),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        m.submodules.words = words = memory.Memory(
            shape=unsigned(self.width), depth=self.depth, init=[]
        )
        write = words.write_port()
        read = words.read_port(transparent_for=[write] if self.transparent else [])
        m.d.comb += [
            write.en.eq(self.write_enable),
            write.addr.eq(self.write_address),
            write.data.eq(self.write_data),
            read.addr.eq(self.read_address),
            self.read_data.eq(read.data),
        ]
        return m
