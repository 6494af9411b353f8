"""Activation memory: a byte of every bank read and written per cycle."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2, exact_log2

from hwgen.emission import place
from hwgen.memory.ram import Ram
from hwgen.memory.rotator import Rotator
from hwgen.memory.write_port import RunWriter, ScatterWriter

__all__ = ["ActivationBanks"]


class ActivationBanks(wiring.Component):
    """Banks of bytes: byte ``i`` of the memory is in bank ``i % banks``.

    Reads are made by lanes, each of any row, but on banks one after the other: lane ``r`` reads
    the bank that is ``r`` after that of lane 0 (the low bits of its own address are not looked
    at). So one rotation brings rows to banks, and one brings bytes back.

    Writes are made of consecutive bytes, or, with ``scattered``, of bytes anywhere that are on
    different banks. Beats of consecutive bytes are written and read through the same ports,
    in cycles in which lanes do not use them.

    Latency, in cycles: 1 from ``read_address`` to ``read_data`` and from ``store_address`` to
    ``store_data``. A byte that is written is read as new from the next cycle on; in the same
    cycle it reads as old.

    Parameters
    ----------
    size : int
        Bytes; rounded up to whole banks.
    banks : int
        A power of two, as many as there are lanes, columns or bytes of a beat at least.
    lanes, cols, beat : int
        Bytes that are read at once, written at once, and of a beat.
    scattered : bool
        Whether bytes of a write may lie anywhere.

    Members
    -------
    read_address : In, one per lane
        Byte addresses.
    read_data : Out(8), one per lane
        The bytes there.
    write_address : In, or one per column if scattered
        Byte address of column 0, or of each column.
    write_enable, write_data : In, one per column
        Bytes to write.
    load, load_address : In
        Write a beat, in place of the columns, and the byte address of its first byte.
    load_enable, load_data : In, one per byte of a beat
        Bytes of the beat.
    store, store_address : In
        Read a beat, in place of the lanes, and the byte address of its first byte.
    store_data : Out(8), one per byte of a beat
    """

    def __init__(self, *, size, banks, lanes, cols, beat, scattered=False):
        self.size = size
        self.banks = banks
        self.lanes = lanes
        self.cols = cols
        self.beat = beat
        self.scattered = scattered
        self._depth = -(-size // banks)
        self._row_width = max(1, ceil_log2(self._depth))
        self.address_width = width = self._row_width + exact_log2(banks)
        members = {
            "read_address": In(width).array(lanes),
            "read_data": Out(8).array(lanes),
            "write_address": In(width).array(cols) if scattered else In(width),
            "write_enable": In(1).array(cols),
            "write_data": In(8).array(cols),
            "load": In(1),
            "load_address": In(width),
            "load_enable": In(1).array(beat),
            "load_data": In(8).array(beat),
            "store": In(1),
            "store_address": In(width),
            "store_data": Out(8).array(beat),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        banks = [
            place(
                m,
                platform,
                f"bank_{index}",
                Ram(width=8, depth=self._depth),
                module="memory_activations",
            )
            for index in range(self.banks)
        ]
        self._read(m, platform, banks)
        self._write(m, platform, banks)
        return m

    def _read(self, m, platform, banks):
        bits = exact_log2(self.banks)

        # Stage 0: rows to banks. A beat lies in two rows at most.
        first = Signal(bits)
        rotation = Signal(bits)
        row = Signal(self._row_width)
        next_row = Signal(self._row_width)
        m.d.comb += [
            first.eq(Mux(self.store, self.store_address[:bits], self.read_address[0][:bits])),
            row.eq(self.store_address[bits:]),
            next_row.eq(row + 1),
        ]
        m.d.sync += rotation.eq(first)
        rows = place(
            m,
            platform,
            "rows",
            Rotator(width=self._row_width, count=self.banks),
            module="rotator_rows",
        )
        m.d.comb += rows.amount.eq(-first)
        for lane in range(self.lanes):
            m.d.comb += rows.words[lane].eq(self.read_address[lane][bits:])
        for index, bank in enumerate(banks):
            is_last = index == self.banks - 1  # which no beat starts behind
            beat_row = row if is_last else Mux(index < first, next_row, row)
            m.d.comb += bank.read_address.eq(Mux(self.store, beat_row, rows.rotated[index]))

        # Stage 1: bytes to lanes.
        data = place(m, platform, "data", Rotator(width=8, count=self.banks), module="rotator_read")
        m.d.comb += data.amount.eq(rotation)
        for index, bank in enumerate(banks):
            m.d.comb += data.words[index].eq(bank.read_data)
        for port in (self.read_data, self.store_data):
            m.d.comb += [out.eq(byte) for out, byte in zip(port, data.rotated, strict=False)]

    def _write(self, m, platform, banks):
        writer = (ScatterWriter if self.scattered else RunWriter)(
            lanes=max(self.cols, self.beat), banks=self.banks, row_width=self._row_width
        )
        place(m, platform, "writer", writer)
        for lane in range(writer.lanes):
            enable, byte = 0, 0
            if lane < self.cols:
                enable, byte = self.write_enable[lane], self.write_data[lane]
            load_enable, load_byte = 0, byte
            if lane < self.beat:
                load_enable, load_byte = self.load_enable[lane], self.load_data[lane]
            m.d.comb += [
                writer.enable[lane].eq(Mux(self.load, load_enable, enable)),
                writer.data[lane].eq(Mux(self.load, load_byte, byte)),
            ]
            if self.scattered:
                address = self.write_address[lane] if lane < self.cols else 0
                in_beat = (self.load_address + lane)[: self.address_width]
                m.d.comb += writer.address[lane].eq(Mux(self.load, in_beat, address))
        if not self.scattered:
            m.d.comb += writer.address.eq(Mux(self.load, self.load_address, self.write_address))
        for index, bank in enumerate(banks):
            m.d.comb += [
                bank.write_enable.eq(writer.bank_enable[index]),
                bank.write_address.eq(writer.bank_row[index]),
                bank.write_data.eq(writer.bank_data[index]),
            ]
