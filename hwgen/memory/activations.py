"""Activation memory: bytes in banks, read as unaligned vectors."""

from amaranth.hdl import Array, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.emission import place
from hwgen.memory.ram import Ram

__all__ = ["ActivationMemory"]


class ActivationMemory(wiring.Component):
    """Memory of activation codes; tensors lie in it as height, width, channel.

    Byte ``i`` is in bank ``i % banks``, so any run of ``lanes`` bytes can be read at once,
    wherever it starts: neighbours in memory are neighbours along a kernel row.

    Latency, in cycles: 1 from ``read_address`` to ``read_data``. A byte that is written is
    read as new from the next cycle on.

    Parameters
    ----------
    size : int
        Bytes. Rounded up to whole banks.
    lanes : int
        Bytes of a vector. There are as many banks, rounded up to a power of two.

    Members
    -------
    read_address : In
        Byte address of lane 0. What lies beyond the memory's end is undefined.
    read_data : Out(8), one per lane
        Bytes at ``read_address + lane``.
    write_enable, write_address, write_data : In
        Write of one byte.
    """

    def __init__(self, *, size, lanes):
        self.size = size
        self.lanes = lanes
        self._bank_bits = ceil_log2(lanes)
        self._depth = -(-size // (1 << self._bank_bits))
        address = ceil_log2(self._depth) + self._bank_bits
        members = {
            "read_address": In(address),
            "read_data": Out(8).array(lanes),
            "write_enable": In(1),
            "write_address": In(address),
            "write_data": In(8),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        bits = self._bank_bits
        first = self.read_address[:bits]
        row = self.read_address[bits:]

        # A bank before the one of lane 0 holds its byte in the following row.
        next_row = Signal.like(row)
        m.d.comb += next_row.eq(row + 1)
        banks = []
        for index in range(1 << bits):
            bank = place(
                m,
                platform,
                f"bank_{index}",
                Ram(width=8, depth=self._depth),
                module="memory_activations",
            )
            m.d.comb += [
                bank.write_enable.eq(self.write_enable & (self.write_address[:bits] == index)),
                bank.write_address.eq(self.write_address[bits:]),
                bank.write_data.eq(self.write_data),
                bank.read_address.eq(row),
            ]
            with m.If(index < first):
                m.d.comb += bank.read_address.eq(next_row)
            banks.append(bank)

        data_first = Signal.like(first)
        m.d.sync += data_first.eq(first)
        bytes_ = Array(bank.read_data for bank in banks)
        for lane in range(self.lanes):
            m.d.comb += self.read_data[lane].eq(bytes_[(data_first + lane)[:bits]])
        return m
