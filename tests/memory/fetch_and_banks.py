"""The reading side: banks, and the lanes that read them."""

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from hwgen.emission import place
from hwgen.memory.banks import ActivationBanks
from hwgen.memory.fetch import Fetch

__all__ = ["FetchAndBanks"]

_INNER = ("read_address", "read_data")


class FetchAndBanks(wiring.Component):
    """Fetch unit on banks that are filled by beats; ports are those of the two."""

    def __init__(self, *, size, lanes, rows, banks, beat):
        self._banks = ActivationBanks(size=size, banks=banks, lanes=lanes, cols=2, beat=beat)
        self._fetch = Fetch(
            lanes=lanes, rows=rows, banks=banks, address_width=self._banks.address_width
        )
        self.address_width = self._banks.address_width
        members = {
            name: member
            for child in (self._banks, self._fetch)
            for name, member in child.signature.members.items()
            if name not in _INNER
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        for child_name, child in (("banks", self._banks), ("fetch", self._fetch)):
            place(m, platform, child_name, child)
            for name, member in child.signature.members.items():
                if name in _INNER:
                    continue
                outer, inner = getattr(self, name), getattr(child, name)
                pairs = zip(outer, inner, strict=True) if member.dimensions else [(outer, inner)]
                m.d.comb += [y.eq(x) if member.flow == In else x.eq(y) for x, y in pairs]
        for lane in range(self._fetch.lanes):
            m.d.comb += [
                self._banks.read_address[lane].eq(self._fetch.read_address[lane]),
                self._fetch.read_data[lane].eq(self._banks.read_data[lane]),
            ]
        return m
