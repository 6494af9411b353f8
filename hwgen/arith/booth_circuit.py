"""Circuit of radix-4 Booth rows."""

from amaranth.hdl import Module, Signal

from hwgen.arith.compressor import BitColumns
from hwgen.arith.mode_decoder import ModeDecoder
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
    """

    def __init__(self, multiplier, shifts, *, encoded):
        super().__init__(multiplier)
        self.shifts = shifts
        self.encoded = encoded

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
            high, middle, below = (_bit(b, 2 * row + k) for k in (1, 0, -1))
            one = _xor(m, middle, below)
            two = _and(m, _xor(m, high, middle), _not(m, one))
            negative = _xor(m, high, flip)
            is_kept = ["0" if shift is None else "x" for shift in shifts]
            one, two, negative = (decoder.gate(bit, is_kept) for bit in (one, two, negative))

            # Stage 2: the row, one bit wider than its operand because of the digit 2.
            wider, doubled = [*bits, bits[-1]], [None, *bits]
            terms = [
                _xor(m, _or(m, _and(m, one, y), _and(m, two, z)), negative)
                for y, z in zip(wider, doubled, strict=True)
            ]
            for k, term in enumerate(terms):
                if term is None:
                    continue
                if k == len(terms) - 1:
                    columns.subtract(term, low + k)
                else:
                    columns.add(term, low + k)
            if negative is not None:  # -y is ~y + 1
                columns.add(negative, low)

        # Stage 3: add.
        m.d.comb += self.p.eq(columns.total(m))
        return m


def _bit(operand, index):
    """Bit of an operand extended to both sides; None stands for 0."""
    if index < 0:
        return None
    if index < len(operand):
        return operand[index]
    return operand[-1] if operand.shape().signed else None


def _round(m, decoder, x, shifts):
    """Two's complement bits that some mode keeps, flipped to round up, and whether they are."""
    kept = {shift for shift in shifts if shift is not None}
    flip = None
    for shift in sorted(kept):
        chosen = ["-" if s is None else "x" if s == shift else "0" for s in shifts]
        flip = _or(m, flip, decoder.gate(_bit(x, shift - 1), chosen))

    width = len(x) + (not x.shape().signed)
    bits = []
    for k in range(min(kept), width):
        chosen = ["-" if s is None else "x" if s <= k else "0" for s in shifts]
        bits.append(decoder.gate(_xor(m, _bit(x, k), flip), chosen))
    return bits, flip


def _net(m, value):
    net = Signal()
    m.d.comb += net.eq(value)
    return net


def _and(m, x, y):
    return None if x is None or y is None else _net(m, x & y)


def _or(m, x, y):
    return (x if y is None else y) if x is None or y is None else _net(m, x | y)


def _xor(m, x, y):
    return (x if y is None else y) if x is None or y is None else _net(m, x ^ y)


def _not(m, x):
    return 1 if x is None else _net(m, ~x)
