"""Writing memory over AXI."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from hwgen.bus.axi import BURST_INCREMENTS, CACHE_NORMAL, AxiWrite
from hwgen.bus.bursts import check_master, connect_runs, place_cutter
from hwgen.bus.fifo import place_fifo
from hwgen.bus.ports import flat
from hwgen.bus.streams import burst_beats, command
from hwgen.bus.write_beats import WriteBeats
from hwgen.emission import place

__all__ = ["AxiWriter"]


class AxiWriter(wiring.Component):
    """Writes streams of bytes to runs of memory, with bursts of incrementing addresses.

    ``data`` brings each run from lane 0 on, ``ceil(bytes / lanes)`` beats; of the last one only
    the bytes of the run count. Byte strobes leave the rest of memory alone. Nobody stalling, one
    beat per cycle is written, provided that ``outstanding`` bursts last longer than the memory
    takes to answer.

    Latency, in cycles: 2 from a command to AWVALID, 3 to WVALID if its data are there; 1 from the
    last BVALID to ``idle``. AW and W do not wait for each other.

    A response that is an error sets ``error``; the run goes on. ``reset`` drops all runs at
    once, yet keeps the rules of AXI: a burst that was asked for is completed with beats that
    write nothing, and its response is awaited. Until then the writer is not ``idle`` and takes
    neither command nor data.

    Parameters
    ----------
    address_width, data_width : int
        Bits; of the bus.
    length_width : int
        Bits of the number of bytes of a run: 8 to 32.
    max_burst : int
        Beats: a power of two, 2 to 256; they are at most 4096 bytes.
    outstanding : int
        Bursts asked for and not answered: at most 1 to 64.
    alignment : int, optional
        Runs start at multiples of so many bytes, a power of two; what is below in their address
        reads as 0. Default: a beat, which saves a shifter.

    Members
    -------
    command : In(stream of :func:`~hwgen.bus.streams.command`)
    data : In(stream of data_width bits)
    reset, idle, error : In(1), Out(1), Out(1)
        Soft reset; every run is written and answered; sticky until ``reset``.
    m_axi_aw..., m_axi_w..., m_axi_b... : ports of :class:`~hwgen.bus.axi.AxiWrite`
        ID is 0.
    """

    def __init__(
        self,
        *,
        address_width,
        data_width=64,
        length_width=24,
        max_burst=16,
        outstanding=4,
        alignment=None,
    ):
        port = AxiWrite(address_width=address_width, data_width=data_width)
        self.address_width = address_width
        self.data_width = data_width
        self.length_width = length_width
        self.max_burst = max_burst
        self.outstanding = outstanding
        self.alignment = data_width // 8 if alignment is None else alignment
        check_master(self)
        members = {
            "command": In(stream.Signature(command(address_width, length_width))),
            "data": In(stream.Signature(data_width)),
            "reset": In(1),
            "idle": Out(1),
            "error": Out(1),
            **flat("m_axi", port),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        cutter = place_cutter(m, platform, self)
        layout = burst_beats(self.data_width, self.max_burst)
        asked = place_fifo(m, platform, "asked", width=layout.size, depth=self.outstanding)

        draining = Signal()
        stop = Signal()
        pending = Signal(range(self.outstanding + 1))  # bursts that wait for their response
        m.d.comb += [
            stop.eq(self.reset | draining),
            self.idle.eq(~stop & ~cutter.burst.valid & (pending == 0)),
        ]
        with m.If(self.reset):
            m.d.sync += draining.eq(1)
        with m.Elif(pending == 0):
            m.d.sync += draining.eq(0)

        connect_runs(m, self, cutter, stop)
        self._ask(m, cutter, asked, pending, stop)
        self._answer(m, stop)
        self._write(m, platform, data.View(layout, asked.o.payload), asked, stop)
        return m

    def _ask(self, m, cutter, asked, pending, stop):
        """Show one burst after the other on AW; count those that are not answered."""
        burst = cutter.burst.payload
        free = Signal()
        issue = Signal()
        m.d.comb += [
            free.eq(~self.m_axi_awvalid | self.m_axi_awready),
            cutter.burst.ready.eq(free & (pending != self.outstanding) & ~stop),
            issue.eq(cutter.burst.valid & cutter.burst.ready),
            asked.i.valid.eq(issue),  # it has room: what waits there waits for an answer, too
            asked.i.payload.eq(burst.beats),
            self.m_axi_awsize.eq(exact_log2(self.data_width // 8)),
            self.m_axi_awburst.eq(BURST_INCREMENTS),
            self.m_axi_awcache.eq(CACHE_NORMAL),
        ]
        with m.If(free):
            m.d.sync += self.m_axi_awvalid.eq(issue)
        with m.If(issue):
            m.d.sync += [
                self.m_axi_awaddr.eq(burst.address),
                self.m_axi_awlen.eq(burst.beats.length),
            ]
        answered = self.m_axi_bvalid & (pending != 0)
        m.d.sync += pending.eq(pending + issue - answered)

    def _answer(self, m, stop):
        """Take responses at once."""
        m.d.comb += self.m_axi_bready.eq(1)
        with m.If(self.reset):
            m.d.sync += self.error.eq(0)
        with m.Elif(self.m_axi_bvalid & self.m_axi_bresp[1] & ~stop):
            m.d.sync += self.error.eq(1)

    def _write(self, m, platform, burst, asked, stop):
        """Beats of the bursts that were asked for, in the same order."""
        beats = WriteBeats(
            data_width=self.data_width, max_burst=self.max_burst, alignment=self.alignment
        )
        name = f"write_beats_{self.data_width}x{self.max_burst}_{self.alignment}"
        beats = place(m, platform, "beats", beats, module=name)
        m.d.comb += [
            beats.burst.payload.eq(burst),
            beats.burst.valid.eq(asked.o.valid),
            asked.o.ready.eq(beats.burst.ready),
            beats.data.payload.eq(self.data.payload),
            beats.data.valid.eq(self.data.valid),
            self.data.ready.eq(beats.data.ready),
            beats.discard.eq(stop),
            self.m_axi_wdata.eq(beats.wdata),
            self.m_axi_wstrb.eq(beats.wstrb),
            self.m_axi_wlast.eq(beats.wlast),
            self.m_axi_wvalid.eq(beats.wvalid),
            beats.wready.eq(self.m_axi_wready),
        ]
