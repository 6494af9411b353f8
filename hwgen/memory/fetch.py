"""From passes over positions to the activations at the array's edge."""

from amaranth.hdl import Assert, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2, exact_log2

from hwgen.emission import place
from hwgen.memory.lanes import Lanes
from hwgen.memory.positions import Positions
from hwgen.memory.token import TOKEN, WORK, Kind
from hwgen.memory.widths import BYTE, KERNEL_LINES, LINE, LINE_BYTES, SIZE, SPACING

__all__ = ["Fetch"]


class Fetch(wiring.Component):
    """Reads the activations of every position of a pass, a position per cycle.

    A pass is taken when ``start`` and ``ready`` are 1; see
    :class:`~hwgen.memory.positions.Positions`. With it the lanes step, unless it is the first
    of its layer; before that one the lanes are ``set``, while no pass runs. Taps outside the
    tensor read ``padding``.

    The lanes that read inside the tensor must be on banks one after the other: the bank of
    lane ``r`` is ``r`` banks after that of lane 0. The compiler sees to it; Python simulations
    assert it.

    Latency, in cycles: 1 from the taking of a pass to its first position; from a position
    :attr:`READ_LATENCY` to ``read_address``, and :attr:`LATENCY` to ``a``, ``valid``,
    ``diagonal``, ``offset`` and ``token``. ``swap`` comes one cycle before the first ``a``.

    Parameters
    ----------
    lanes, rows : int
        Lanes that read, and how many of them the array has as rows.
    banks, address_width : int
        Banks, a power of two, and bits of a byte address.

    Members
    -------
    set, set_ready : In(1), Out(1)
        Set the lanes for a layer, and whether they are.
    start, ready : In(1), Out(1)
        Handshake of a pass.
    work, diagonal : In
        Read when a pass is taken: what it does, and whether its activations count on the
        array's diagonal only.
    count, subtract : In
        Read when a pass is taken: lanes that count, and what ``offset`` will be.
    step, back, step_q, step_ky, step_offset : In
        Used when a pass is taken: how the lanes step to it, if at all.
    origin_address, origin_line, origin_byte, spacing : In
        Read when a pass is taken: see :class:`~hwgen.memory.positions.Positions`.
    height, width, column_step, line_step, line_step_bytes : In
        The same, from the next cycle on.
    in_lines, line_bytes, kernel_lines, segment, wrap, wrap_offset : In
        See :class:`~hwgen.memory.lanes.Lanes`; from the next cycle on.
    padding : In(8)
        Code of taps outside the tensor. Constant until the last ``a`` of a layer.
    read_address : Out, one per lane
        For the banks.
    read_data : In(8), one per lane
        Bytes at the addresses of the cycle before.
    a : Out(8), one per lane
        Activations.
    valid : Out(1), one per row
        Rows that count: only where the array is to multiply.
    swap, diagonal_out : Out(1)
        For the array: a pass with new weights begins; positions count on the diagonal only.
    token : Out(TOKEN)
        What goes with ``a``.
    offset : Out(8)
        What is to be taken from ``a`` where it does not go through the array.
    """

    READ_LATENCY = 1
    LATENCY = 3

    def __init__(self, *, lanes, rows, banks, address_width):
        self.lanes = lanes
        self.rows = rows
        self.banks = banks
        self.address_width = address_width
        members = {
            "set": In(1),
            "set_ready": Out(1),
            "start": In(1),
            "ready": Out(1),
            "work": In(WORK),
            "diagonal": In(1),
            "count": In(ceil_log2(lanes + 1)),
            "subtract": In(8),
            "step": In(1),
            "back": In(1),
            "step_q": In(signed(LINE_BYTES + 2)),
            "step_ky": In(KERNEL_LINES),
            "step_offset": In(address_width),
            "origin_address": In(address_width),
            "origin_line": In(LINE),
            "origin_byte": In(BYTE),
            "spacing": In(SPACING),
            "height": In(SIZE),
            "width": In(SIZE),
            "column_step": In(LINE_BYTES),
            "line_step": In(SIZE),
            "line_step_bytes": In(address_width),
            "in_lines": In(SIZE),
            "line_bytes": In(LINE_BYTES),
            "kernel_lines": In(KERNEL_LINES),
            "segment": In(LINE_BYTES),
            "wrap": In(LINE_BYTES),
            "wrap_offset": In(address_width),
            "padding": In(8),
            "read_address": Out(address_width).array(lanes),
            "read_data": In(8).array(lanes),
            "a": Out(8).array(lanes),
            "valid": Out(1).array(rows),
            "swap": Out(1),
            "diagonal_out": Out(1),
            "token": Out(TOKEN),
            "offset": Out(8),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        positions = place(m, platform, "positions", Positions(address_width=self.address_width))
        lanes = place(
            m, platform, "taps", Lanes(lanes=self.lanes, address_width=self.address_width)
        )
        taken = Signal()
        m.d.comb += taken.eq(self.start & self.ready)
        self._connect(m, positions, lanes, taken)

        # What is read when a pass is taken.
        work = Signal(WORK)
        diagonal = Signal()
        count = Signal.like(self.count)
        subtract = Signal(8)
        with m.If(taken):
            m.d.sync += [
                work.eq(self.work),
                diagonal.eq(self.diagonal),
                count.eq(self.count),
                subtract.eq(self.subtract),
            ]

        # Stage 0: positions meet the taps of their pass.
        token = Signal(TOKEN)
        m.d.comb += [
            token.valid.eq(positions.valid),
            token.first.eq(positions.first),
            token.line_end.eq(positions.line_end),
            token.work.eq(work),
            token.work.load.eq(work.load & positions.first),
            lanes.count.eq(count),
        ]

        # Stages 1 and 2: read.
        late = (token, diagonal, subtract)
        for stage in (1, 2):
            late = self._later(m, late, stage)
            if stage == 1:
                self._check_banks(m, platform, late[0].valid, lanes)
        m.d.comb += self.swap.eq(late[0].valid & late[0].first & (late[0].work.kind == Kind.TOTAL))

        # Stage 3: at the edge.
        m.d.sync += [
            self.token.eq(late[0]),
            self.diagonal_out.eq(late[1]),
            self.offset.eq(late[2]),
        ]
        multiplies = late[0].valid & (late[0].work.kind == Kind.TOTAL)
        for number in range(self.lanes):
            inside = Signal(name=f"inside_{number}")
            m.d.sync += inside.eq(lanes.inside[number])
            m.d.comb += self.read_address[number].eq(lanes.read_address[number])
            with m.If(late[0].valid):
                m.d.sync += self.a[number].eq(Mux(inside, self.read_data[number], self.padding))
            if number < self.rows:
                enable = Signal(name=f"enable_{number}")
                m.d.sync += [
                    enable.eq(lanes.enable[number]),
                    self.valid[number].eq(enable & multiplies),
                ]
        return m

    def _connect(self, m, positions, lanes, taken):
        """Wire the address generators to the ports that they share."""
        for child in (positions, lanes):
            for name, member in child.signature.members.items():
                if member.flow == In and name in self.signature.members and name != "step":
                    m.d.comb += getattr(child, name).eq(getattr(self, name))
        m.d.comb += [
            self.ready.eq(positions.ready),
            self.set_ready.eq(lanes.ready),
            lanes.step.eq(self.step & taken),
            lanes.address.eq(positions.address),
            lanes.line.eq(positions.line),
            lanes.byte.eq(positions.byte),
        ]

    def _later(self, m, values, stage):
        names = ("token", "diagonal", "subtract")
        late = tuple(
            Signal.like(value, name=f"{name}_{stage}")
            for name, value in zip(names, values, strict=True)
        )
        m.d.sync += [after.eq(before) for before, after in zip(values, late, strict=True)]
        return late

    def _check_banks(self, m, platform, valid, lanes):
        """Assert that lanes are on banks one after the other; only for Python's simulator."""
        if platform is not None:
            return
        bits = exact_log2(self.banks)
        first = lanes.read_address[0][:bits]
        for number in range(self.lanes):
            reads = valid & lanes.enable[number] & lanes.inside[number]
            bank = lanes.read_address[number][:bits]
            m.d.sync += Assert(~reads | (bank == (first + number)[:bits]))
