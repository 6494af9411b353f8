"""Reading memory over AXI."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from hwgen.bus.aligner import BeatAligner
from hwgen.bus.axi import BURST_INCREMENTS, CACHE_NORMAL, AxiRead
from hwgen.bus.bursts import check_master, connect_runs, place_cutter
from hwgen.bus.fifo import place_fifo
from hwgen.bus.ports import flat
from hwgen.bus.streams import beat, command, memory_beat
from hwgen.emission import place
from hwgen.errors import check_range

__all__ = ["AxiReader"]


class AxiReader(wiring.Component):
    """Turns runs of memory into streams of their bytes, with bursts of incrementing addresses.

    A burst is asked for only when the reader has room for all of it. So RREADY is always 1, and
    a consumer that stalls never holds up another master, nor another reader of the same port.
    Nobody stalling, one beat per cycle comes out, provided that ``outstanding`` bursts last
    longer than the memory takes to answer and that ``depth`` beats have room for them.

    Latency, in cycles: 2 from a command to ARVALID; 1 from RVALID to a beat, or 2 to the first
    one of a run of several beats that does not start in lane 0.

    A response that is an error sets ``error``, at the latest in the cycle in which its beat
    comes out; the run still has all its beats. ``reset`` drops all runs at once, yet keeps the
    rules of AXI: a request that is shown stays until it is taken, and what was asked for is
    awaited. Until then the reader is not ``idle`` and takes no command.

    Parameters
    ----------
    address_width, data_width : int
        Bits; of the bus.
    length_width : int
        Bits of the number of bytes of a run: 8 to 32.
    max_burst : int
        Beats: a power of two, 2 to 256; they are at most 4096 bytes.
    outstanding : int
        Bursts asked for and not complete: at most 1 to 64.
    depth : int, optional
        Beats that have room; default: those of ``outstanding`` bursts.
    alignment : int, optional
        Runs start at multiples of so many bytes, a power of two; what is below in their address
        reads as 0. Default: a beat, which saves a shifter.

    Members
    -------
    command : In(stream of :func:`~hwgen.bus.streams.command`)
    data : Out(stream of :func:`~hwgen.bus.streams.beat`)
    reset, idle, error : In(1), Out(1), Out(1)
        Soft reset; nothing is under way, and no byte waits to be taken; sticky until ``reset``.
    m_axi_ar..., m_axi_r... : ports of :class:`~hwgen.bus.axi.AxiRead`
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
        depth=None,
        alignment=None,
    ):
        port = AxiRead(address_width=address_width, data_width=data_width)
        self.address_width = address_width
        self.data_width = data_width
        self.length_width = length_width
        self.max_burst = max_burst
        self.outstanding = outstanding
        self.depth = outstanding * max_burst if depth is None else depth
        self.alignment = data_width // 8 if alignment is None else alignment
        check_master(self)
        check_range("AxiReader", "depth", self.depth, max_burst, 1 << 16)
        members = {
            "command": In(stream.Signature(command(address_width, length_width))),
            "data": Out(stream.Signature(beat(data_width))),
            "reset": In(1),
            "idle": Out(1),
            "error": Out(1),
            **flat("m_axi", port),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        lanes = exact_log2(self.data_width // 8)
        cutter = place_cutter(m, platform, self)
        # What the beats of a burst under way are: whether its run ends there, and its lanes.
        known = data.StructLayout({"last": 1, "offset": lanes, "end": lanes})
        asked = place_fifo(m, platform, "asked", width=known.size, depth=self.outstanding)
        layout = beat if self._is_aligned else memory_beat
        kept = layout(self.data_width)
        buffer = place_fifo(m, platform, "buffer", width=kept.size, depth=self.depth)

        draining = Signal()
        stop = Signal()
        m.d.comb += [
            stop.eq(self.reset | draining),
            buffer.clear.eq(stop),
            self.idle.eq(
                ~stop
                & ~cutter.burst.valid
                & (asked.level == 0)
                & ~buffer.o.valid
                & ~self.data.valid
            ),
        ]
        with m.If(self.reset):
            m.d.sync += draining.eq(1)
        with m.Elif(asked.level == 0):
            m.d.sync += draining.eq(0)

        connect_runs(m, self, cutter, stop)
        self._ask(m, cutter, asked, buffer, stop)
        self._answer(m, data.View(known, asked.o.payload), asked, kept, buffer, stop)
        self._give(m, platform, data.View(kept, buffer.o.payload), buffer, stop)
        return m

    @property
    def _is_aligned(self):
        return self.alignment == self.data_width // 8

    def _ask(self, m, cutter, asked, buffer, stop):
        """Show one burst after the other on AR, each when the buffer has room for it."""
        burst = cutter.burst.payload
        beats = burst.beats
        room = Signal(range(self.depth + 1), init=self.depth)  # beats that nobody asked for
        free = Signal()
        issue = Signal()
        m.d.comb += [
            free.eq(~self.m_axi_arvalid | self.m_axi_arready),
            cutter.burst.ready.eq(free & asked.i.ready & (beats.length < room) & ~stop),
            issue.eq(cutter.burst.valid & cutter.burst.ready),
            asked.i.valid.eq(issue),
            asked.i.payload.eq(Cat(beats.last, beats.offset, beats.end)),
            self.m_axi_arsize.eq(exact_log2(self.data_width // 8)),
            self.m_axi_arburst.eq(BURST_INCREMENTS),
            self.m_axi_arcache.eq(CACHE_NORMAL),
        ]
        with m.If(free):
            m.d.sync += self.m_axi_arvalid.eq(issue)
        with m.If(issue):
            m.d.sync += [self.m_axi_araddr.eq(burst.address), self.m_axi_arlen.eq(beats.length)]

        taken = Mux(issue, beats.length + 1, 0)
        m.d.sync += room.eq(room - taken + (buffer.o.valid & buffer.o.ready))
        with m.If(stop):
            m.d.sync += room.eq(self.depth)

    def _answer(self, m, burst, asked, kept, buffer, stop):
        """Keep the beats that come on R; while it is cleared, the buffer forgets them."""
        answer = self.m_axi_rvalid & asked.o.valid
        last = self.m_axi_rlast & burst.last
        fields = {"data": self.m_axi_rdata, "last": last, "end": burst.end}
        if self._is_aligned:
            fields["end"] = Mux(last, burst.end, ~0)
        else:
            fields["offset"] = burst.offset
        come = data.View(kept, buffer.i.payload)
        m.d.comb += [
            self.m_axi_rready.eq(1),
            asked.o.ready.eq(answer & self.m_axi_rlast),
            buffer.i.valid.eq(answer),
            *(come[name].eq(value) for name, value in fields.items()),
        ]
        with m.If(self.reset):
            m.d.sync += self.error.eq(0)
        with m.Elif(answer & self.m_axi_rresp[1] & ~stop):
            m.d.sync += self.error.eq(1)

    def _give(self, m, platform, beat, buffer, stop):
        """Beats of the buffer go out, shifted where runs start anywhere in a beat."""
        if self._is_aligned:
            given, taken = buffer.o.valid, buffer.o.ready
            m.d.comb += self.data.payload.eq(beat)
        else:
            aligner = BeatAligner(data_width=self.data_width, alignment=self.alignment)
            name = f"beat_aligner_{self.data_width}_{self.alignment}"
            aligner = place(m, platform, "aligner", aligner, module=name)
            given, taken = aligner.o.valid, aligner.o.ready
            m.d.comb += [
                aligner.clear.eq(stop),
                aligner.i.payload.eq(beat),
                aligner.i.valid.eq(buffer.o.valid),
                buffer.o.ready.eq(aligner.i.ready),
                self.data.payload.eq(aligner.o.payload),
            ]
        m.d.comb += [self.data.valid.eq(given & ~stop), taken.eq(self.data.ready & ~stop)]
