"""Which tap each lane reads, pass by pass."""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.emission import place
from hwgen.memory.widths import BYTE, KERNEL_LINES, LINE, LINE_BYTES, SIZE

__all__ = ["Lane", "Lanes"]

_STEP = signed(LINE_BYTES + 2)


class Lane(wiring.Component):
    """Tap registers of one lane: kernel line ``ky``, byte ``q`` of it, ``offset`` in memory.

    Latency, in cycles: 1 from a position to ``read_address``, ``enable`` and ``inside``; a step
    counts for the positions from the next cycle on.

    Parameters
    ----------
    address_width : int
        Bits of a byte address; addresses and offsets wrap.

    Members
    -------
    set, set_q, set_ky, set_offset : In
        Strobe and values that the registers begin a layer with.
    step, back : In(1)
        Step, and in which direction: ``back`` carries when ``q`` gets below 0, otherwise it
        carries when ``q`` gets to the end of a kernel line.
    by_q, by_ky, by_offset, carried_q, carried_ky, carried_offset : In
        What is added to the registers; with a carry, what is added instead.
    address, line, byte : In
        Position: see :class:`~hwgen.memory.positions.Positions`.
    counts : In(1)
        Whether the lane counts at all.
    in_lines, line_bytes, kernel_lines, segment : In
        Size of the input, lines of the kernel, bytes of a kernel line that count.
    read_address : Out(address_width)
        Byte of the tap.
    enable : Out(1)
        The lane has a tap in this pass.
    inside : Out(1)
        It lies in the tensor.
    """

    def __init__(self, *, address_width):
        self.address_width = address_width
        members = {
            "set": In(1),
            "set_q": In(LINE_BYTES),
            "set_ky": In(KERNEL_LINES),
            "set_offset": In(address_width),
            "step": In(1),
            "back": In(1),
            "by_q": In(_STEP),
            "by_ky": In(KERNEL_LINES),
            "by_offset": In(address_width),
            "carried_q": In(_STEP),
            "carried_ky": In(KERNEL_LINES),
            "carried_offset": In(address_width),
            "address": In(address_width),
            "line": In(LINE),
            "byte": In(BYTE),
            "counts": In(1),
            "in_lines": In(SIZE),
            "line_bytes": In(LINE_BYTES),
            "kernel_lines": In(KERNEL_LINES),
            "segment": In(LINE_BYTES),
            "read_address": Out(address_width),
            "enable": Out(1),
            "inside": Out(1),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        q = Signal(LINE_BYTES)
        ky = Signal(KERNEL_LINES)
        offset = Signal(self.address_width)

        # Both sums are made at once: their signs say whether there is a carry.
        plain = Signal(_STEP)
        carried = Signal(_STEP)
        carries = Signal()
        m.d.comb += [
            plain.eq(q + self.by_q),
            carried.eq(q + self.carried_q),
            carries.eq(Mux(self.back, plain < 0, carried >= 0)),
        ]
        with m.If(self.set):
            m.d.sync += [q.eq(self.set_q), ky.eq(self.set_ky), offset.eq(self.set_offset)]
        with m.Elif(self.step):
            m.d.sync += [
                q.eq(Mux(carries, carried, plain)),
                ky.eq(ky + Mux(carries, self.carried_ky, self.by_ky)),
                offset.eq(offset + Mux(carries, self.carried_offset, self.by_offset)),
            ]

        # A negative line or byte is a large unsigned one.
        line = Signal(LINE)
        byte = Signal(BYTE)
        m.d.comb += [line.eq(self.line + ky), byte.eq(self.byte + q)]
        m.d.sync += [
            self.read_address.eq(self.address + offset),
            self.enable.eq(self.counts & (ky < self.kernel_lines) & (q < self.segment)),
            self.inside.eq(
                (line.as_unsigned() < self.in_lines) & (byte.as_unsigned() < self.line_bytes)
            ),
        ]
        return m


class Lanes(wiring.Component):
    """Lanes that read the taps of a position, and step from pass to pass all at once.

    At the start of a layer lane ``r`` holds tap ``r``: ``q = r``, brought below ``wrap`` by
    taking ``wrap`` away and stepping ``ky`` up; a counter walks over the lanes to set that. A
    step is ::

        q += step_q; ky += step_ky; offset += step_offset
        if q >= wrap: q -= wrap; ky += 1; offset += wrap_offset      # not back
        if q < 0:     q += wrap; ky -= 1; offset -= wrap_offset      # back

    Latency, in cycles: ``lanes + 1`` from ``set`` to ``ready``; otherwise that of
    :class:`Lane`.

    Parameters
    ----------
    lanes, address_width : int
        Lanes, and bits of a byte address.

    Members
    -------
    set : In(1)
        Begin a layer. ``wrap`` and ``wrap_offset`` must hold until ``ready`` is 1 again.
    ready : Out(1)
        All lanes are set.
    step, back : In(1)
        Step, in one direction or the other.
    step_q, step_ky, step_offset : In
        Of the step in this cycle; negative numbers in two's complement.
    wrap, wrap_offset : In
        Bytes of a kernel line, and what the carry adds to ``offset``.
    address, line, byte, in_lines, line_bytes, kernel_lines, segment : In
        As in :class:`Lane`, for all of them.
    count : In
        Lanes that count: those below it.
    read_address, enable, inside : Out, one per lane
        As in :class:`Lane`.
    """

    def __init__(self, *, lanes, address_width):
        self.lanes = lanes
        self.address_width = address_width
        members = {
            "set": In(1),
            "ready": Out(1, init=1),
            "step": In(1),
            "back": In(1),
            "step_q": In(_STEP),
            "step_ky": In(KERNEL_LINES),
            "step_offset": In(address_width),
            "wrap": In(LINE_BYTES),
            "wrap_offset": In(address_width),
            "address": In(address_width),
            "line": In(LINE),
            "byte": In(BYTE),
            "count": In(ceil_log2(lanes + 1)),
            "in_lines": In(SIZE),
            "line_bytes": In(LINE_BYTES),
            "kernel_lines": In(KERNEL_LINES),
            "segment": In(LINE_BYTES),
            "read_address": Out(address_width).array(lanes),
            "enable": Out(1).array(lanes),
            "inside": Out(1).array(lanes),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        index, q, ky, offset = self._count(m)
        carried = self._carried_step(m)
        for number in range(self.lanes):
            lane = place(m, platform, f"lane_{number}", Lane(address_width=self.address_width))
            m.d.comb += [
                lane.set.eq(~self.ready & (index == number)),
                lane.set_q.eq(q),
                lane.set_ky.eq(ky),
                lane.set_offset.eq(offset),
                lane.by_q.eq(self.step_q),
                lane.by_ky.eq(self.step_ky),
                lane.by_offset.eq(self.step_offset),
                lane.carried_q.eq(carried[0]),
                lane.carried_ky.eq(carried[1]),
                lane.carried_offset.eq(carried[2]),
                lane.counts.eq(number < self.count),
                self.read_address[number].eq(lane.read_address),
                self.enable[number].eq(lane.enable),
                self.inside[number].eq(lane.inside),
            ]
            for name in ("step", "back", "address", "line", "byte"):
                m.d.comb += getattr(lane, name).eq(getattr(self, name))
            for name in ("in_lines", "line_bytes", "kernel_lines", "segment"):
                m.d.comb += getattr(lane, name).eq(getattr(self, name))
        return m

    def _count(self, m):
        """Counter over the taps of the first pass, a lane per cycle."""
        index = Signal(range(self.lanes))
        q = Signal(LINE_BYTES)
        ky = Signal(KERNEL_LINES)
        offset = Signal(self.address_width)
        with m.If(self.set):
            m.d.sync += [self.ready.eq(0), index.eq(0), q.eq(0), ky.eq(0), offset.eq(0)]
        with m.Elif(~self.ready):
            m.d.sync += [
                self.ready.eq(index == self.lanes - 1),
                index.eq(index + 1),
                q.eq(q + 1),
                offset.eq(offset + 1),
            ]
            with m.If(q + 1 == self.wrap):
                m.d.sync += [q.eq(0), ky.eq(ky + 1), offset.eq(offset + 1 + self.wrap_offset)]
        return index, q, ky, offset

    def _carried_step(self, m):
        """The step with a carry, made once for all lanes."""
        q = Signal(_STEP)
        ky = Signal(KERNEL_LINES)
        offset = Signal(self.address_width)
        with m.If(self.back):
            m.d.comb += [
                q.eq(self.step_q + self.wrap),
                ky.eq(self.step_ky - 1),
                offset.eq(self.step_offset - self.wrap_offset),
            ]
        with m.Else():
            m.d.comb += [
                q.eq(self.step_q - self.wrap),
                ky.eq(self.step_ky + 1),
                offset.eq(self.step_offset + self.wrap_offset),
            ]
        return q, ky, offset
