"""Element-wise work: what happens to a tensor outside the array."""

from itertools import pairwise

from amaranth.hdl import Array, Module, Mux, Signal, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.array.requantizer import Requantizer
from hwgen.emission import place
from hwgen.memory.accumulators import Update
from hwgen.spec.descriptor import PARAMETER

__all__ = ["PARAMETER_LAYOUT", "VectorUnit"]

PARAMETER_LAYOUT = data.StructLayout(
    {name: signed(width) if sign else width for name, (width, sign) in PARAMETER.items()}
)
_OUTSIDE = -256  # below every code minus its zero point


class VectorUnit(wiring.Component):
    """Requantizes accumulators into codes, and codes into accumulators.

    *Drain*: ``accumulator + bias - weight_zero * sum of activations`` is requantized and
    written to the activation memory. *Gather*: ``code - zero`` of a source is scaled and
    combined into an accumulator: additions and pooling are made of that. A tap outside the
    input is less than any code: only a maximum may have padding.

    No flow control: an element may enter every cycle. An element enters with its access;
    what the memories return for it is taken one cycle later.

    Latency, in cycles: :attr:`GATHER_LATENCY` from the access to the accumulator's update,
    :attr:`DRAIN_LATENCY` to the write.

    Parameters
    ----------
    cols, accumulator_width, position_width, address_width : int
        Columns, bits of an accumulator, of a position, of a byte address.
    sum_column : bool
        Whether there is a sum of activations.

    Members
    -------
    access, draining, zero, update, position, column, address : In
        An element enters; which way; for a gather the zero point of its source and what to do
        with it; its accumulator; for a drain its byte address.
    value, activation_value, byte, inside, parameter : In
        One cycle later: accumulators, byte read, whether it lies in its tensor, parameters.
    double_rounding, weight_zero, zero_out, low, high : In
        Of the layer.
    vector_valid, vector_update, vector_address, vector_column, vector_data : Out
        For the accumulators.
    write_enable, write_address, write_data : Out
        For the activation memory.
    """

    GATHER_LATENCY = 2 + Requantizer.SCALED_LATENCY
    DRAIN_LATENCY = 2 + Requantizer.LATENCY

    def __init__(self, *, cols, accumulator_width, position_width, address_width, sum_column):
        self.cols = cols
        self.accumulator_width = accumulator_width
        self.position_width = position_width
        self.address_width = address_width
        self.sum_column = sum_column
        column_width = max(1, ceil_log2(cols))
        members = {
            "access": In(1),
            "draining": In(1),
            "update": In(Update),
            "position": In(position_width),
            "column": In(column_width),
            "address": In(address_width),
            "value": In(signed(accumulator_width)).array(cols),
            "byte": In(8),
            "inside": In(1),
            "parameter": In(PARAMETER_LAYOUT),
            "double_rounding": In(1),
            "zero": In(8),
            "zero_out": In(8),
            "low": In(8),
            "high": In(8),
            "vector_valid": Out(1),
            "vector_update": Out(Update),
            "vector_address": Out(position_width),
            "vector_column": Out(column_width),
            "vector_data": Out(signed(accumulator_width)),
            "write_enable": Out(1),
            "write_address": Out(address_width),
            "write_data": Out(8),
        }
        if sum_column:
            members["activation_value"] = In(signed(accumulator_width))
            members["weight_zero"] = In(8)
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()

        # What travels with an element, stage by stage.
        element = data.StructLayout(
            {
                "access": 1,
                "draining": 1,
                "zero": 8,
                "update": Update,
                "position": self.position_width,
                "column": len(self.column),
                "address": self.address_width,
            }
        )
        stages = [Signal(element, name=f"element_{i}") for i in range(self.DRAIN_LATENCY + 1)]
        m.d.comb += [stages[0][name].eq(getattr(self, name)) for name, _ in element]
        for before, after in pairwise(stages):
            m.d.sync += after.eq(before)

        # Stage 1: the memories have answered.
        accumulator = Signal(signed(self.accumulator_width))
        m.d.comb += accumulator.eq(
            Array(self.value)[stages[1].column] + self.parameter.bias - self._correction()
        )
        gathered = Signal(signed(9))
        m.d.comb += gathered.eq(self.byte - stages[1].zero)
        with m.If(~self.inside):
            m.d.comb += gathered.eq(_OUTSIDE)
        value = Signal(signed(32))
        parameter = Signal(PARAMETER_LAYOUT)
        m.d.sync += [
            value.eq(Mux(stages[1].draining, accumulator, gathered)),
            parameter.eq(self.parameter),
        ]

        # Stages 2 to 6: requantize.
        requantizer = place(m, platform, "requantizer", Requantizer())
        m.d.comb += [
            requantizer.value.eq(value),
            requantizer.multiplier.eq(parameter.multiplier),
            requantizer.left.eq(parameter.left),
            requantizer.right.eq(parameter.right),
            requantizer.double_rounding.eq(self.double_rounding),
            requantizer.zero.eq(self.zero_out),
            requantizer.low.eq(self.low),
            requantizer.high.eq(self.high),
        ]

        scaled = stages[self.GATHER_LATENCY]
        m.d.comb += [
            self.vector_valid.eq(scaled.access & ~scaled.draining),
            self.vector_update.eq(scaled.update),
            self.vector_address.eq(scaled.position),
            self.vector_column.eq(scaled.column),
            self.vector_data.eq(requantizer.scaled),
        ]
        coded = stages[self.DRAIN_LATENCY]
        m.d.comb += [
            self.write_enable.eq(coded.access & coded.draining),
            self.write_address.eq(coded.address),
            self.write_data.eq(requantizer.code),
        ]
        return m

    def _correction(self):
        """What the zero point of the weights adds to a sum."""
        if not self.sum_column:
            return 0
        return (self.weight_zero * self.activation_value)[: self.accumulator_width]
