"""What is wrong with a descriptor, before anything is done for it."""

from amaranth.hdl import Module, Mux, Signal
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
_MOST_SPACING = 64  # slots of a position
_SUM_PASSES = 3


class DescriptorCheck(wiring.Component):
    """Finds what would never end, and what leaves the memories.

    Sizes of 0, more positions than accumulators, groups that are not those of the filters,
    less spacing than requantizers need; a tensor or line that leaves the banks, a run that
    leaves the address space. Not found are taps that only a wrong step brings outside the
    tensor that the descriptor reads: their addresses wrap, and the program goes on.

    Latency, in cycles: 18 from ``begin`` to ``done``.

    Parameters
    ----------
    spec : MachineSpec

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
        m.d.comb += self.done.eq(inner.done & outer.done)
        self._check_numbers(m, computes, moves)
        self._check_streams(m, computes)
        leaves = inner.outside & (computes | moves)
        leaves |= outer.outside & moves
        leaves |= self._streams_leave(m, computes) | (computes & self._source_is_outside())
        m.d.comb += self.outside.eq(leaves)
        return m

    def _place_extents(self, m, platform, moves):
        """What is written in the banks (or moved to and from them), and lines in memory."""
        layer, spec = self.layer, self.spec
        steps = DESCRIPTOR["target_line_step"][0], DESCRIPTOR["memory_step"][0]
        bytes_width = DESCRIPTOR["run_bytes"][0]
        inner = Extent(
            width=DESCRIPTOR["target"][0],
            step_width=steps[0],
            bytes_width=bytes_width,
            limit=spec.activation_bytes,
        )
        outer = Extent(
            width=spec.address_width + 1,  # the sum of base and offset
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

    def _source_is_outside(self):
        """A first tap that is in its tensor, or a sum's second source, is not in the banks."""
        layer, size = self.layer, self.spec.activation_bytes
        inside = (layer.source_line < layer.in_lines) & (layer.source_byte < layer.line_bytes)
        second = (layer.operation == Operation.SUM) & (layer.source_1 >= size)
        return second | (inside & (layer.source >= size))
