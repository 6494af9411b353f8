"""Circuit of radix-4 Booth rows without their low columns."""

from amaranth.hdl import Const, Module

from hwgen.arith.circuits.compressor import BitColumns
from hwgen.arith.circuits.mode_decoder import ModeDecoder
from hwgen.arith.circuits.optional_gates import and_gate, extended_bit, not_gate, or_gate, xor_gate
from hwgen.arith.multiplier import MultiplierCircuit

__all__ = ["TruncatedBoothCircuit"]


class TruncatedBoothCircuit(MultiplierCircuit):
    """Digit encoders, the rows' bits that are kept, mode gates where modes differ, Dadda tree.

    A negative row is its inverted bits plus 1 in the lowest column that it has left. A row
    that a mode leaves out gets the digit 0, bits that a mode loses become 0.

    Parameters
    ----------
    multiplier : Multiplier
        What this is the circuit of.
    digit_columns : sequence of int
        Log2 of the weight of every digit of the encoded operand.
    cut : int
        Columns below it do not exist.
    steps : sequence of (int, int)
        Per mode, low digits left out, and low bits that the other operand loses.
    midpoint : bool
        Whether the highest bit that every mode loses is 1 instead of 0.
    constant : int
        Added to every product.
    encoded : str
        Operand that is encoded, ``a`` or ``w``.
    stages : int
        Cycles from the operands to the product.
    """

    def __init__(
        self, multiplier, *, digit_columns, cut, steps, midpoint, constant, encoded, stages=0
    ):
        super().__init__(multiplier, stages)
        self.digit_columns = digit_columns
        self.cut = cut
        self.left_out, self.lost = zip(*steps, strict=True)
        self.midpoint = midpoint
        self.constant = constant
        self.encoded = encoded

    def elaborate(self, platform):
        m = Module()
        modes = len(self.lost)
        decoder = ModeDecoder(m, self.mode if modes > 1 else None, modes)
        b, x = (self.a, self.w) if self.encoded == "a" else (self.w, self.a)
        columns = BitColumns(len(self.p))
        columns.constant = self.constant
        bits = self._conditioned(decoder, x)
        # A row is one bit wider than its operand because of the digit 2.
        single, double = [*bits, bits[-1]], [None, *bits]

        for row, column in enumerate(self.digit_columns):
            # Stage 1: encode the digit.
            high, middle, below = (extended_bit(b, column + k) for k in (1, 0, -1))
            one = xor_gate(m, middle, below)
            two = and_gate(m, xor_gate(m, high, middle), not_gate(m, one))
            is_kept = ["0" if row < count else "x" for count in self.left_out]
            one, two, high = (decoder.gate(bit, is_kept) for bit in (one, two, high))

            # Stage 2: the row, from its lowest bit that is not 0.
            low = max(self.cut - column, min(self.lost) - self.midpoint, 0)
            terms = [
                or_gate(m, and_gate(m, one, single[k]), and_gate(m, two, double[k]))
                for k in range(low, len(single))
            ]
            for place, term in enumerate(terms, start=column + low):
                add = columns.subtract if place == column + len(bits) else columns.add
                flipped = xor_gate(m, term, high)
                if flipped is not None:
                    add(flipped, place)
            if terms and high is not None:
                columns.add(high, column + low)

        # Stage 3: add.
        m.d.comb += self.p.eq(columns.total(m, stages=self.stages))
        return m

    def _conditioned(self, decoder, x):
        """Two's complement bits of the operand that is not encoded; None stands for 0."""
        bits = [extended_bit(x, k) for k in range(len(x) + (not x.shape().signed))]
        for k in range(max(self.lost)):
            bits[k] = decoder.gate(bits[k], ["0" if k < lost else "x" for lost in self.lost])
        if self.midpoint and min(self.lost):
            bits[min(self.lost) - 1] = Const(1)
        return bits
