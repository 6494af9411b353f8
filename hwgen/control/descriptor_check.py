"""What is wrong with a descriptor, before anything is done for it."""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2, exact_log2

from hwgen.control.extent import Extent
from hwgen.control.layout import DESCRIPTOR_LAYOUT, is_move, is_multiply
from hwgen.emission import place
from hwgen.spec.program import (
    DESCRIPTOR,
    IMAGE_ALIGNMENT,
    Operation,
    digest_word,
    parameter_bytes,
    weight_word_bits,
)

__all__ = ["FAULTS", "DescriptorCheck"]

FAULTS = ("foreign", "bad", "outside", "no_weights", "no_parameters", "parameters_left")
_SOURCE = signed(DESCRIPTOR["source"][0] + 1)  # of its first line, or where that would begin
_MOST_SPACING = 64  # slots of a position
_SUM_PASSES = 3


class DescriptorCheck(wiring.Component):
    """Finds what would never end, and what leaves the memories.

    Sizes of 0, more positions than accumulators, groups that are not those of the filters,
    less spacing than requantizers need; positions that are written behind the banks, a tensor
    that is read and ends behind them, a run that leaves the address space. Not found are taps
    that only wrong steps of lanes bring outside the tensor that is read: their addresses wrap.

    Latency, in cycles: :attr:`Extent.LATENCY` from ``begin`` to ``done``.

    Parameters
    ----------
    spec : AcceleratorSpec

    Members
    -------
    begin, done : In(1), Out(1)
        Start over; everything is known. The other inputs hold from ``begin`` on.
    base : In
        Address that the descriptor's offsets count from.
    layer : In(:data:`~hwgen.control.layout.DESCRIPTOR_LAYOUT`)
    foreign, bad, outside, no_weights, no_parameters, parameters_left : Out(1)
        It is of no program for this spec; asks for what does not exist; leaves the banks or
        the address space; names less than one word of weights; fewer parameters than it takes,
        or more. Once one is 1, those after it mean nothing.
    """

    def __init__(self, spec):
        self.spec = spec
        members = {
            "begin": In(1),
            "done": Out(1),
            "base": In(spec.address_width),
            "layer": In(DESCRIPTOR_LAYOUT),
            **{name: Out(1) for name in FAULTS},
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        layer = self.layer
        moves = is_move(layer.operation)
        computes = Signal()
        m.d.comb += [
            computes.eq(~moves & (layer.operation != Operation.END)),
            self.foreign.eq(layer.digest != digest_word(self.spec)),
        ]
        inner, outer = self._place_extents(m, platform, moves)
        sources = self._place_sources(m, platform)
        m.d.comb += self.done.eq(inner.done & outer.done & sources[0].done & sources[1].done)
        self._check_numbers(m, computes, moves)
        self._check_streams(m, computes)
        leaves = inner.outside & (computes | moves)
        leaves |= outer.outside & moves
        leaves |= self._streams_leave(m, computes)
        leaves |= computes & self._sources_leave(*sources)
        m.d.comb += self.outside.eq(leaves)
        return m

    def _place_extents(self, m, platform, moves):
        """What is written in the banks (or moved to and from them), and lines in memory."""
        layer, spec = self.layer, self.spec
        steps = DESCRIPTOR["target_line_step"][0], DESCRIPTOR["memory_step"][0]
        bytes_width = DESCRIPTOR["run_bytes"][0]
        inner = Extent(
            start=DESCRIPTOR["target"][0],
            width=DESCRIPTOR["target"][0],
            step_width=steps[0],
            bytes_width=bytes_width,
            limit=spec.activation_bytes,
        )
        outer = Extent(
            start=spec.address_width + 1,  # the sum of base and offset
            width=spec.address_width,
            step_width=steps[1],
            bytes_width=bytes_width,
            limit=1 << spec.address_width,
        )
        place(m, platform, "inner", inner, module="extent_of_banks")
        place(m, platform, "outer", outer, module="extent_of_memory")
        for extent in (inner, outer):
            m.d.comb += [extent.begin.eq(self.begin), extent.lines.eq(layer.height)]
        m.d.comb += [
            inner.start.eq(layer.target),
            inner.line_step.eq(layer.target_line_step),
            inner.columns.eq(Mux(moves, 1, layer.width)),
            inner.column_step.eq(layer.target_column_step),
            inner.bytes.eq(Mux(moves, layer.run_bytes, layer.filters)),
            outer.start.eq(self.base + layer.memory),
            outer.line_step.eq(layer.memory_step),
            outer.columns.eq(1),
            outer.bytes.eq(layer.run_bytes),
        ]
        return inner, outer

    def _check_numbers(self, m, computes, moves):
        layer, spec = self.layer, self.spec
        multiplies = is_multiply(layer.operation)
        dense = layer.operation == Operation.DENSE
        positions = Signal(2 * DESCRIPTOR["height"][0])
        m.d.sync += positions.eq(layer.height * layer.width)

        size = Mux(layer.operation == Operation.DIAGONAL, spec.diagonal, spec.cols)
        covered = Signal(DESCRIPTOR["groups"][0] + ceil_log2(spec.cols + 1))
        m.d.sync += covered.eq(layer.groups * size)
        permuted = dense if spec.form == "columns" else 0  # then columns may stay empty
        wrong = (covered < layer.filters) | (~permuted & (covered >= layer.filters + size))

        sizes = ("width", "filters", "groups", "passes")
        wrong |= self._any_zero(sizes) | (positions > spec.accumulator_depth)
        wrong |= layer.spacing < spec.cols // spec.requantizers
        wrong |= layer.spacing > _MOST_SPACING
        wrong |= (layer.operation == Operation.SUM) & (layer.passes != _SUM_PASSES)
        wrong |= dense & self._any_zero(("kernel_lines", "segment", "wrap"))
        tiles = len(spec.multipliers) if spec.form == "tiles" else 1
        wrong |= multiplies & (layer.tile >= tiles)
        m.d.comb += self.bad.eq(
            (layer.operation > max(Operation))
            | ((computes | moves) & (layer.height == 0))
            | (moves & (layer.run_bytes == 0))
            | (computes & wrong)
        )

    def _any_zero(self, names):
        found = 0
        for name in names:
            found = found | (self.layer[name] == 0)
        return found

    def _check_streams(self, m, computes):
        """Parameters are counted here; weights beyond the first word, when they are used."""
        layer = self.layer
        multiplies = is_multiply(layer.operation)
        group = self.spec.cols * parameter_bytes(self.spec)
        needed = Signal(DESCRIPTOR["groups"][0] + ceil_log2(_SUM_PASSES * group) + 1)
        is_sum = layer.operation == Operation.SUM
        m.d.sync += needed.eq(layer.groups * Mux(is_sum, _SUM_PASSES * group, group))
        word = -(-weight_word_bits(self.spec) // 8)
        m.d.comb += [
            self.no_weights.eq(multiplies & (layer.weight_bytes < word)),
            self.no_parameters.eq(computes & (layer.parameter_bytes < needed)),
            self.parameters_left.eq(computes & (layer.parameter_bytes > needed)),
        ]

    def _streams_leave(self, m, computes):
        """Whether weights or parameters end beyond the address space, or begin amid a beat."""
        layer = self.layer
        low = exact_log2(IMAGE_ALIGNMENT)
        found = 0
        for name, length, counts in (
            ("weights", "weight_bytes", is_multiply(layer.operation)),
            ("parameters", "parameter_bytes", computes),
        ):
            end = Signal(self.spec.address_width + 2, name=f"end_of_{name}")
            m.d.sync += end.eq(self.base + layer[name] + layer[length])
            is_outside = end > 1 << self.spec.address_width
            found = found | (counts & (is_outside | layer[name][:low].any()))
        return found

    def _place_sources(self, m, platform):
        """The tensor that is read; positions of a sum's two tensors, which have no padding."""
        layer = self.layer
        is_sum = layer.operation == Operation.SUM
        first = self._source_extent(m, platform, "first", _SOURCE)
        second = self._source_extent(m, platform, "second", DESCRIPTOR["source_1"][0])
        pitch = Signal(first.step_width)
        rest = Signal(first.bytes_width)  # up to its last column's first byte, at least
        wide = layer.line_bytes > layer.column_step
        m.d.comb += [
            pitch.eq(layer.wrap + layer.wrap_offset),
            rest.eq(Mux(wide, layer.line_bytes - layer.column_step + 1, 1)),
            first.start.eq(Mux(is_sum, layer.source, layer.source - layer.source_byte)),
            first.lines.eq(Mux(is_sum, layer.height, layer.in_lines - layer.source_line)),
            first.line_step.eq(Mux(is_sum, layer.line_step_bytes, pitch)),
            first.columns.eq(Mux(is_sum, layer.width, 1)),
            first.column_step.eq(layer.column_step),
            first.bytes.eq(Mux(is_sum, layer.filters, rest)),
            second.start.eq(layer.source_1),
            second.lines.eq(layer.height),
            second.line_step.eq(layer.line_step_bytes_1),
            second.columns.eq(layer.width),
            second.column_step.eq(layer.column_step_1),
            second.bytes.eq(layer.filters),
        ]
        return first, second

    def _source_extent(self, m, platform, name, start):
        extent = Extent(
            start=start,
            width=DESCRIPTOR["source"][0] + 1,
            step_width=DESCRIPTOR["back_offset"][0],
            bytes_width=DESCRIPTOR["line_bytes"][0] + 1,
            limit=self.spec.activation_bytes,
        )
        place(m, platform, name, extent, module=f"extent_of_{name}_source")
        m.d.comb += extent.begin.eq(self.begin)
        return extent

    def _sources_leave(self, first, second):
        """Whether they end behind the banks, or the first tap is in its tensor before them."""
        layer = self.layer
        is_sum = layer.operation == Operation.SUM
        holds = (layer.source_line < layer.in_lines) & (layer.line_bytes != 0)
        starts_inside = (layer.source_line >= 0) & (layer.source_byte >= 0)
        starts_inside &= holds & (layer.source_byte < layer.line_bytes)
        before = (layer.source < 0) & (is_sum | starts_inside)
        return before | (first.outside & (is_sum | holds)) | (second.outside & is_sum)
