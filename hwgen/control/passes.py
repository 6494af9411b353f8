"""Passes over positions: groups of filters, blocks of taps."""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.control.layout import DESCRIPTOR_LAYOUT, is_multiply
from hwgen.memory.token import WORK, Kind, Update
from hwgen.memory.widths import BYTE, KERNEL_LINES, LINE, LINE_BYTES, SPACING
from hwgen.spec.program import DESCRIPTOR, Operation

__all__ = ["Passes"]


class Passes(wiring.Component):
    """Offers the passes of a descriptor to :class:`~hwgen.memory.fetch.Fetch` in order.

    A pass is offered when its weights and parameters are there and, where it reads what an
    addition's second operand leaves in the accumulators, ``gap`` cycles after that one ended.

    Parameters
    ----------
    cols, diagonal, lanes, address_width : int
        Columns, channels of a depthwise layer taken at once, lanes; bits of a byte address.
    gap : int
        Cycles from a SCALED position until its accumulator may be read.
    scattered : bool
        Whether filters are permuted: then all columns of a group write.
    early : bool
        Whether the diagonal's corrections need their parameters with a group's first pass.

    Members
    -------
    layer : In(DESCRIPTOR_LAYOUT)
        Constant from ``begin`` to ``done``.
    begin, clear : In(1)
        Start with the first pass; offer no more.
    weights_ready, parameters_ready : In(1)
    start, ready : Out(1), In(1)
        Handshake of a pass.
    last : Out(1)
        It is the descriptor's last one.
    walking : Out(1)
        A pass is under way.
    take_weights, claim : Out(1)
        The pass that is taken uses weights; it loads parameters.
    waits_weights, waits_parameters : Out(1)
        A pass is held up by nothing else.
    done : Out(1)
        The last pass has ended. High until ``begin``.
    channel, columns : Out
        Of the pass that loaded parameters last: its group's first channel, and its columns.
    work, diagonal_out, count, subtract, step, back, step_q, step_ky, step_offset, spacing,
    origin_address, origin_line, origin_byte, column_step, line_step_bytes : Out
        For ``Fetch``.
    """

    def __init__(self, *, cols, diagonal, lanes, address_width, gap, scattered, early):
        self.cols = cols
        self.diagonal = diagonal
        self.lanes = lanes
        self.address_width = address_width
        self.gap = gap
        self.scattered = scattered
        self.early = early
        members = {
            "layer": In(DESCRIPTOR_LAYOUT),
            "begin": In(1),
            "clear": In(1),
            "weights_ready": In(1),
            "parameters_ready": In(1),
            "start": Out(1),
            "ready": In(1),
            "last": Out(1),
            "walking": Out(1),
            "take_weights": Out(1),
            "claim": Out(1),
            "waits_weights": Out(1),
            "waits_parameters": Out(1),
            "done": Out(1, init=1),
            "channel": Out(16),
            "columns": Out(ceil_log2(cols + 1)),
            "work": Out(WORK),
            "diagonal_out": Out(1),
            "count": Out(ceil_log2(lanes + 1)),
            "subtract": Out(8),
            "step": Out(1),
            "back": Out(1),
            "step_q": Out(signed(LINE_BYTES + 2)),
            "step_ky": Out(KERNEL_LINES),
            "step_offset": Out(address_width),
            "spacing": Out(SPACING),
            "origin_address": Out(address_width),
            "origin_line": Out(LINE),
            "origin_byte": Out(BYTE),
            "column_step": Out(LINE_BYTES),
            "line_step_bytes": Out(address_width),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        layer = self.layer
        multiplies = Signal()
        adds = Signal()
        number = Signal(DESCRIPTOR["passes"][0])
        group = Signal(DESCRIPTOR["groups"][0])
        first = Signal(DESCRIPTOR["filters"][0] + 1)  # channel of the group
        m.d.comb += [
            multiplies.eq(is_multiply(layer.operation)),
            adds.eq(layer.operation == Operation.SUM),
            self.diagonal_out.eq(layer.operation == Operation.DIAGONAL),
        ]
        is_first, is_last = number == 0, number + 1 == layer.passes
        self._describe(m, multiplies, adds, number, first)
        self._step(m, is_first, group)

        # Passes that remain are offered one by one.
        active = Signal()
        rest = Signal(range(self.gap))  # cycles until accumulators may be read
        reads_late = adds & is_last
        free = active & (~reads_late | (rest == 0))
        has_weights = ~multiplies | self.weights_ready
        has_parameters = ~self.work.load | self.parameters_ready
        taken = Signal()
        m.d.comb += [
            self.start.eq(free & has_weights & has_parameters),
            taken.eq(self.start & self.ready),
            self.last.eq(is_last & (group + 1 == layer.groups)),
            self.take_weights.eq(taken & multiplies),
            self.claim.eq(taken & self.work.load),
            self.waits_weights.eq(free & self.ready & ~has_weights),
            self.waits_parameters.eq(free & self.ready & has_weights & ~has_parameters),
        ]
        with m.If(taken):
            m.d.sync += self.walking.eq(1)
        with m.Elif(self.ready):
            m.d.sync += self.walking.eq(0)
        with m.If(self.walking):
            m.d.sync += rest.eq(self.gap - 1)
        with m.Elif(rest != 0):
            m.d.sync += rest.eq(rest - 1)
        size = Mux(self.diagonal_out, self.diagonal, self.cols)
        with m.If(taken):
            m.d.sync += number.eq(Mux(is_last, 0, number + 1))
            with m.If(is_last):
                m.d.sync += [
                    group.eq(group + 1),
                    first.eq(first + size),
                    active.eq(group + 1 != layer.groups),
                ]
            with m.If(self.work.load):
                m.d.sync += [self.channel.eq(first), self.columns.eq(self._writers())]
        with m.If(~active & ~self.walking & ~self.begin):
            m.d.sync += self.done.eq(1)
        with m.If(self.begin):
            m.d.sync += [active.eq(1), self.done.eq(0), number.eq(0), group.eq(0), first.eq(0)]
        with m.If(self.clear):
            m.d.sync += active.eq(0)
        return m

    def _writers(self):
        """Columns that write: those with a filter, or all where filters are permuted."""
        if self.scattered:
            return Mux(self.layer.operation == Operation.DENSE, self.cols, self.count)
        dense = Mux(self._left < self.cols, self._left, self.cols)
        return Mux(self.layer.operation == Operation.DENSE, dense, self.count)

    def _describe(self, m, multiplies, adds, number, first):
        """What the pass does and where it reads."""
        layer, work = self.layer, self.work
        is_first, is_last = number == 0, number + 1 == layer.passes
        self._left = left = Signal(len(first), name="left")
        size = Mux(self.diagonal_out, self.diagonal, self.cols)
        m.d.comb += left.eq(layer.filters - first)
        with m.If(layer.operation == Operation.DENSE):
            m.d.comb += self.count.eq(self.lanes)
        with m.Else():
            m.d.comb += self.count.eq(Mux(left < size, left, size))

        second = adds & (number == 1)
        scaled = adds & ~is_last
        combine = Mux(layer.operation == Operation.MAXIMUM, Update.MAXIMUM, Update.ADD)
        m.d.comb += [
            work.kind.eq(Mux(multiplies, Kind.TOTAL, Mux(scaled, Kind.SCALED, Kind.BYTE))),
            work.update.eq(Mux(is_first, Update.SET, Mux(adds & is_last, Update.KEEP, combine))),
            work.final.eq(is_last),
            work.load.eq(Mux(self._loads_first, is_first, is_last | adds)),
            self.spacing.eq(Mux(is_last | adds, layer.spacing, 1)),
            self.subtract.eq(Mux(second, layer.zero_1, layer.zero_0)),
            self.origin_address.eq(Mux(second, layer.source_1, layer.source)),
            self.origin_line.eq(layer.source_line),
            self.origin_byte.eq(layer.source_byte),
        ]
        # The strides of a pass are read from the cycle after it was taken on.
        held = Signal()
        with m.If(self.start & self.ready):
            m.d.sync += held.eq(second)
        m.d.comb += [
            self.column_step.eq(Mux(held, layer.column_step_1, layer.column_step)),
            self.line_step_bytes.eq(Mux(held, layer.line_step_bytes_1, layer.line_step_bytes)),
        ]

    @property
    def _loads_first(self):
        return self.diagonal_out if self.early else 0

    def _step(self, m, is_first, group):
        layer = self.layer
        m.d.comb += [
            self.step.eq(~is_first | (group != 0)),
            self.back.eq(is_first),
        ]
        for name in ("q", "ky", "offset"):
            forward, backward = layer[f"step_{name}"], layer[f"back_{name}"]
            m.d.comb += getattr(self, f"step_{name}").eq(Mux(is_first, backward, forward))
