"""Circuit of radix-4 Booth rows."""

from amaranth.hdl import Module

from hwgen.arith.circuits.compressor import BitColumns
from hwgen.arith.circuits.mode_decoder import ModeDecoder
from hwgen.arith.circuits.optional_gates import and_gate, extended_bit, not_gate, or_gate, xor_gate
from hwgen.arith.circuits.prefix_adder import prefix_sum
from hwgen.arith.multiplier import MultiplierCircuit

__all__ = ["BoothCircuit"]


class BoothCircuit(MultiplierCircuit):
    """Digit encoders, rows, mode gates where modes differ, Dadda tree.

    A row rounds its operand for one gate per bit: with ``c = x[s-1]``,
    ``(x[s:] + c) * d == (x[s:] ^ c) * d * (-1)**c``, because ``-~y == y + 1``. So ``c`` flips
    the bits and the sign of the digit, and no carry runs (Leon et al., IEEE Micro 38(4), 2018).
    A row that a mode leaves out gets the digit 0, bits that a mode rounds away become 0.

    Parameters
    ----------
    multiplier : Multiplier
        What this is the circuit of.
    shifts : sequence of tuple of int or None
        Per mode and row: low bits that are rounded away; None for no row.
    encoded : str
        Operand that is encoded, ``a`` or ``w``.
    fast : bool
        Whether the last adder computes its carries in parallel.
    stages : int
        Cycles from the operands to the product.
    """

    def __init__(self, multiplier, shifts, *, encoded, fast, stages=0):
        super().__init__(multiplier, stages)
        self.shifts = shifts
        self.encoded = encoded
        self.fast = fast

    def elaborate(self, platform):
        m = Module()
        columns = BitColumns(len(self.p))
        modes = len(self.shifts)
        decoder = ModeDecoder(m, self.mode if modes > 1 else None, modes)
        b, x = (self.a, self.w) if self.encoded == "a" else (self.w, self.a)
        flipped = {}  # operand after rounding, shared by rows of equal shift

        for row, shifts in enumerate(zip(*self.shifts, strict=True)):  # of every mode
            if all(shift is None for shift in shifts):
                continue
            if shifts not in flipped:
                flipped[shifts] = _round(m, decoder, x, shifts)
            bits, flip = flipped[shifts]
            low = 2 * row + min(shift for shift in shifts if shift is not None)

            # Stage 1: encode the digit.
            high, middle, below = (extended_bit(b, 2 * row + k) for k in (1, 0, -1))
            one = xor_gate(m, middle, below)
            two = and_gate(m, xor_gate(m, high, middle), not_gate(m, one))
            negative = xor_gate(m, high, flip)
            is_kept = ["0" if shift is None else "x" for shift in shifts]
            one, two, negative = (decoder.gate(bit, is_kept) for bit in (one, two, negative))

            # Stage 2: the row, one bit wider than its operand because of the digit 2.
            wider, doubled = [*bits, bits[-1]], [None, *bits]
            terms = [
                or_gate(m, and_gate(m, one, y), and_gate(m, two, z))
                for y, z in zip(wider, doubled, strict=True)
            ]
            # -y is ~y + 1: the lowest bit stays, and may carry (Yeh and Jen, IEEE TC 49(7)).
            if negative is not None:
                columns.add(and_gate(m, negative, not_gate(m, terms[0])), low + 1)
            terms[1:] = [xor_gate(m, term, negative) for term in terms[1:]]
            for k, term in enumerate(terms):
                if term is not None:
                    add = columns.subtract if k == len(terms) - 1 else columns.add
                    add(term, low + k)

        # Stage 3: add.
        m.d.comb += self.p.eq(columns.total(m, prefix_sum if self.fast else None, self.stages))
        return m


def _round(m, decoder, x, shifts):
    """Two's complement bits that some mode keeps, flipped to round up, and whether they are."""
    kept = {shift for shift in shifts if shift is not None}
    flip = None
    for shift in sorted(kept):
        chosen = ["-" if s is None else "x" if s == shift else "0" for s in shifts]
        flip = or_gate(m, flip, decoder.gate(extended_bit(x, shift - 1), chosen))

    width = len(x) + (not x.shape().signed)
    bits = []
    for k in range(min(kept), width):
        chosen = ["-" if s is None else "x" if s <= k else "0" for s in shifts]
        bits.append(decoder.gate(xor_gate(m, extended_bit(x, k), flip), chosen))
    return bits, flip
