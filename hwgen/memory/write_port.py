"""How the codes of a position get to the banks that they belong to."""

from amaranth.hdl import Assert, Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from hwgen.emission import place
from hwgen.memory.rotator import Rotator

__all__ = ["RunWriter", "ScatterWriter"]


def _members(lanes, banks, row_width):
    return {
        "enable": In(1).array(lanes),
        "data": In(8).array(lanes),
        "bank_enable": Out(1).array(banks),
        "bank_row": Out(row_width).array(banks),
        "bank_data": Out(8).array(banks),
    }


class RunWriter(wiring.Component):
    """Writes consecutive bytes: lane ``i`` to ``address + i``.

    A rotation brings the bytes to their banks; of the rows there are but two.

    Latency, in cycles: 0.

    Parameters
    ----------
    lanes, banks, row_width : int
        Bytes at once, at most as many as banks; banks; bits of an address within a bank.

    Members
    -------
    address : In
        Of lane 0.
    enable, data : In, one per lane
        Bytes to write.
    bank_enable, bank_row, bank_data : Out, one per bank
        Write ports of the banks.
    """

    def __init__(self, *, lanes, banks, row_width):
        self.lanes = lanes
        self.banks = banks
        self.row_width = row_width
        members = {
            "address": In(row_width + exact_log2(banks)),
            **_members(lanes, banks, row_width),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        bits = exact_log2(self.banks)
        first, last = self.address[:bits], self.banks - 1
        row = Signal(self.row_width)
        next_row = Signal(self.row_width)
        m.d.comb += [row.eq(self.address[bits:]), next_row.eq(row + 1)]
        rotator = place(
            m, platform, "rotator", Rotator(width=9, count=self.banks), module="rotator_write"
        )
        m.d.comb += rotator.amount.eq(-first)
        for lane in range(self.lanes):
            m.d.comb += rotator.words[lane].eq(Cat(self.data[lane], self.enable[lane]))
        for bank in range(self.banks):
            m.d.comb += [
                Cat(self.bank_data[bank], self.bank_enable[bank]).eq(rotator.rotated[bank]),
                self.bank_row[bank].eq(Mux(bank < first, next_row, row) if bank < last else row),
            ]
        return m


class ScatterWriter(wiring.Component):
    """Writes bytes anywhere, as long as no two of a cycle are on one bank.

    Each bank picks the lane whose address is its own. Python simulations assert that there is
    one at most.

    Latency, in cycles: 0.

    Parameters
    ----------
    lanes, banks, row_width : int
        As in :class:`RunWriter`.

    Members
    -------
    address, enable, data : In, one per lane
        Bytes to write.
    bank_enable, bank_row, bank_data : Out, one per bank
        Write ports of the banks.
    """

    def __init__(self, *, lanes, banks, row_width):
        self.lanes = lanes
        self.banks = banks
        self.row_width = row_width
        members = {
            "address": In(row_width + exact_log2(banks)).array(lanes),
            **_members(lanes, banks, row_width),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        bits = exact_log2(self.banks)
        for bank in range(self.banks):
            picks = Signal(self.lanes, name=f"picks_{bank}")
            row, data = 0, 0
            for lane in range(self.lanes):
                address, mine = self.address[lane], picks[lane]
                m.d.comb += mine.eq(self.enable[lane] & (address[:bits] == bank))
                row = row | (address[bits:] & mine.replicate(self.row_width))
                data = data | (self.data[lane] & mine.replicate(8))
            m.d.comb += [
                self.bank_enable[bank].eq(picks.any()),
                self.bank_row[bank].eq(row),
                self.bank_data[bank].eq(data),
            ]
            if platform is None:
                m.d.sync += Assert((picks & (picks - 1)) == 0)
        return m
