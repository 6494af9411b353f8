"""From runs of memory to AXI bursts."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2, exact_log2

from hwgen.bus.aligner import check_alignment
from hwgen.bus.axi import check_bursts
from hwgen.bus.streams import burst, command
from hwgen.emission import place
from hwgen.errors import check_range

__all__ = ["BurstCutter", "check_master", "connect_runs", "place_cutter"]


class BurstCutter(wiring.Component):
    """Cuts runs of memory into bursts of at most ``max_burst`` beats.

    Cuts are at multiples of ``max_burst`` beats of the address. As these divide 4096 bytes,
    no burst crosses a multiple of 4096; and only a run's first and last burst are shorter.

    One burst per cycle, of the next run, too. Latency, in cycles: 1.

    Parameters
    ----------
    address_width, length_width : int
        Bits of an address, and of a run's number of bytes.
    data_width : int
        Bits of a beat.
    max_burst : int
        Beats: a power of two; ``max_burst`` beats are at most 4096 bytes.

    Members
    -------
    command : In(stream of :func:`~hwgen.bus.streams.command`)
        Runs; from any byte on.
    burst : Out(stream of :func:`~hwgen.bus.streams.burst`)
    clear : In(1)
        Forget what is left of a run.
    """

    def __init__(self, *, address_width, length_width, data_width, max_burst):
        check_bursts("BurstCutter", max_burst, data_width)
        self.address_width = address_width
        self.length_width = length_width
        self.data_width = data_width
        self.max_burst = max_burst
        members = {
            "command": In(stream.Signature(command(address_width, length_width))),
            "burst": Out(stream.Signature(burst(address_width, data_width, max_burst))),
            "clear": In(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        lanes = exact_log2(self.data_width // 8)
        asked, cut = self.command.payload, self.burst.payload.beats

        active = Signal()
        beat = Signal(self.address_width - lanes)  # address of the next burst, in beats
        left = Signal(self.length_width)  # beats of the run after its next one
        room = Signal(ceil_log2(self.max_burst))  # beats after the next one up to the next cut
        m.d.comb += [
            self.burst.valid.eq(active),
            room.eq(~beat),
            cut.last.eq(left <= room),
            cut.length.eq(Mux(cut.last, left, room)),
            self.burst.payload.address[lanes:].eq(beat),
            self.command.ready.eq(~active | (self.burst.ready & cut.last)),
        ]
        with m.If(self.burst.valid & self.burst.ready):
            m.d.sync += [
                cut.first.eq(0),
                beat.eq(beat + cut.length + 1),
                left.eq(left - cut.length - 1),
                active.eq(~cut.last),
            ]

        span = asked.address[:lanes] + asked.bytes - 1  # last byte, from the first beat on
        with m.If(self.command.valid & self.command.ready):
            m.d.sync += [
                active.eq(asked.bytes != 0),
                cut.first.eq(1),
                cut.offset.eq(asked.address[:lanes]),
                cut.end.eq(span[:lanes]),
                beat.eq(asked.address[lanes:]),
                left.eq(span[lanes:]),
            ]
        with m.If(self.clear):
            m.d.sync += active.eq(0)
        return m


def check_master(master):
    """Raise :exc:`SpecError` unless the sizes of a reader or writer are in their ranges."""
    owner = type(master).__name__
    check_range(owner, "length_width", master.length_width, 8, 32)
    check_range(owner, "outstanding", master.outstanding, 1, 64)
    check_bursts(owner, master.max_burst, master.data_width)
    check_alignment(owner, master.alignment, master.data_width)


def place_cutter(m, platform, parent):
    """Make the cutter of a reader or writer its child ``cutter``, and return it."""
    cutter = BurstCutter(
        address_width=parent.address_width,
        length_width=parent.length_width,
        data_width=parent.data_width,
        max_burst=parent.max_burst,
    )
    sizes = f"{cutter.address_width}_{cutter.length_width}_{cutter.data_width}x{cutter.max_burst}"
    return place(m, platform, "cutter", cutter, module=f"burst_cutter_{sizes}")


def connect_runs(m, parent, cutter, stop):
    """Pass the commands of a reader or writer on to its cutter, from aligned addresses."""
    unused = exact_log2(parent.alignment)
    asked, taken = parent.command.payload, cutter.command.payload
    m.d.comb += [
        cutter.clear.eq(stop),
        cutter.command.valid.eq(parent.command.valid & ~stop),
        parent.command.ready.eq(cutter.command.ready & ~stop),
        taken.bytes.eq(asked.bytes),
        taken.address[unused:].eq(asked.address[unused:]),
    ]
