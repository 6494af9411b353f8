"""Several readers on one port."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In
from amaranth.utils import ceil_log2

from hwgen.bus.axi import AxiRead
from hwgen.bus.ports import flat
from hwgen.errors import check_range

__all__ = ["AxiReadArbiter"]


class AxiReadArbiter(wiring.Component):
    """Merges the read channels of ``readers`` masters: each one's number is its ID on the port.

    Requests take turns: after one of reader ``i`` the next one is that of ``i + 1``, or of the
    first one after it that asks. One request per cycle. Latency, in cycles: 1 for requests, 0
    for answers. Answers may come in any order that AXI allows: also interleaved, as their
    IDs tell them apart; those with an ID of nobody are taken and dropped.

    Parameters
    ----------
    readers : int
        1 to 16.
    address_width, data_width : int
        Bits; of the bus.
    id_width : int, optional
        Bits of the port's ID; default: as few as can be.

    Members
    -------
    reader_axi : In(:class:`~hwgen.bus.axi.AxiRead`), one per reader
        Their IDs are ignored.
    m_axi_ar..., m_axi_r... : ports of :class:`~hwgen.bus.axi.AxiRead`
    """

    def __init__(self, *, readers, address_width, data_width=64, id_width=None):
        check_range("AxiReadArbiter", "readers", readers, 1, 16)
        fewest = max(1, ceil_log2(readers))
        self.readers = readers
        self.address_width = address_width
        self.data_width = data_width
        self.id_width = fewest if id_width is None else id_width
        check_range("AxiReadArbiter", "id_width", self.id_width, fewest, 16)
        widths = {"address_width": address_width, "data_width": data_width}
        members = {
            "reader_axi": In(AxiRead(**widths)).array(readers),
            **flat("m_axi", AxiRead(**widths, id_width=self.id_width)),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        self._merge_requests(m)
        self._route_answers(m)
        return m

    def _merge_requests(self, m):
        last = Signal(range(self.readers), init=self.readers - 1)  # whose turn it was
        chosen = Signal.like(last)
        with m.Switch(last):
            for turn in range(self.readers):
                with m.Case(turn):
                    m.d.comb += chosen.eq(turn)
                    for step in reversed(range(1, self.readers)):
                        candidate = (turn + step) % self.readers
                        with m.If(self.reader_axi[candidate].arvalid):
                            m.d.comb += chosen.eq(candidate)

        free = Signal()
        m.d.comb += free.eq(~self.m_axi_arvalid | self.m_axi_arready)
        with m.If(free):
            m.d.sync += self.m_axi_arvalid.eq(0)
        with m.Switch(chosen):
            for number, reader in enumerate(self.reader_axi):
                with m.Case(number):
                    m.d.comb += reader.arready.eq(free)
                    with m.If(free & reader.arvalid):
                        m.d.sync += [last.eq(number), *self._request(number, reader)]

    def _request(self, number, reader):
        shown = ("araddr", "arlen", "arsize", "arburst", "arcache", "arprot", "arvalid")
        return [
            self.m_axi_arid.eq(number),
            *(getattr(self, f"m_axi_{name}").eq(getattr(reader, name)) for name in shown),
        ]

    def _route_answers(self, m):
        m.d.comb += self.m_axi_rready.eq(1)
        for number, reader in enumerate(self.reader_axi):
            mine = self.m_axi_rid == number
            m.d.comb += [
                reader.rdata.eq(self.m_axi_rdata),
                reader.rresp.eq(self.m_axi_rresp),
                reader.rlast.eq(self.m_axi_rlast),
                reader.rvalid.eq(self.m_axi_rvalid & mine),
            ]
            with m.If(mine):
                m.d.comb += self.m_axi_rready.eq(reader.rready)
