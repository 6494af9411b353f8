"""Circuit of radix-4 Booth rows without their low columns."""

from amaranth.hdl import Const, Module

from hwgen.arith.compressor import BitColumns
from hwgen.arith.multiplier import MultiplierCircuit
from hwgen.arith.optional_gates import and_gate, extended_bit, not_gate, or_gate, xor_gate

__all__ = ["TruncatedBoothCircuit"]


class TruncatedBoothCircuit(MultiplierCircuit):
    """Digit encoders, the rows' bits that are kept, Dadda tree.

    A negative row is its inverted bits plus 1 in the lowest column that it has left.
    """

    def elaborate(self, platform):
        m = Module()
        multiplier = self.multiplier
        b, x = (self.a, self.w) if multiplier.encoded == "a" else (self.w, self.a)
        columns = BitColumns(len(self.p))
        bits = _conditioned(x, multiplier.lost_bits, multiplier.midpoint)
        # A row is one bit wider than its operand because of the digit 2.
        single, double = [*bits, bits[-1]], [None, *bits]

        for column in multiplier.digit_columns:
            # Stage 1: encode the digit.
            high, middle, below = (extended_bit(b, column + k) for k in (1, 0, -1))
            one = xor_gate(m, middle, below)
            two = and_gate(m, xor_gate(m, high, middle), not_gate(m, one))

            # Stage 2: the row, from its lowest bit that is not 0.
            low = max(multiplier.cut - column, multiplier.lost_bits - multiplier.midpoint, 0)
            row = [
                or_gate(m, and_gate(m, one, single[k]), and_gate(m, two, double[k]))
                for k in range(low, len(single))
            ]
            for place, bit in enumerate(row, start=column + low):
                add = columns.subtract if place == column + len(bits) else columns.add
                flipped = xor_gate(m, bit, high)
                if flipped is not None:
                    add(flipped, place)
            if row and high is not None:
                columns.add(high, column + low)

        # Stage 3: add.
        m.d.comb += self.p.eq(columns.total(m))
        return m


def _conditioned(x, lost, midpoint):
    """Two's complement bits of an operand of which low bits are lost; None stands for 0."""
    bits = [extended_bit(x, k) for k in range(len(x) + (not x.shape().signed))]
    bits[:lost] = [None] * lost
    if midpoint and lost:
        bits[lost - 1] = Const(1)
    return bits
