"""From 32-bit host words to the wide words of a memory."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.spec.host import HOST_WIDTH, pieces

__all__ = ["WordAssembler"]


class WordAssembler(wiring.Component):
    """Write side of a memory whose words are wider than the host's.

    A word occupies a power of two of host addresses. Its pieces are written from the least
    significant on; the last one stores the word.

    Parameters
    ----------
    width : int
        Bits of a word.
    address_width : int
        Bits of a host word address.

    Members
    -------
    address, data, enable : In
        Write of the host.
    write_enable, write_address, write_data : Out
        Write of a whole word, in the cycle of its last piece.
    """

    def __init__(self, *, width, address_width):
        self.width = width
        self.address_width = address_width
        members = {
            "address": In(address_width),
            "data": In(HOST_WIDTH),
            "enable": In(1),
            "write_enable": Out(1),
            "write_address": Out(address_width),
            "write_data": Out(width),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        count = pieces(self.width)
        index_width = ceil_log2(count)
        index = self.address[:index_width]

        held = Signal((count - 1) * HOST_WIDTH)
        for piece in range(count - 1):
            with m.If(self.enable & (index == piece)):
                m.d.sync += held.word_select(piece, HOST_WIDTH).eq(self.data)
        m.d.comb += [
            self.write_enable.eq(self.enable & (index == count - 1)),
            self.write_address.eq(self.address[index_width:]),
            self.write_data.eq(Cat(held, self.data)),
        ]
        return m
