"""Circuit of a carry-save array."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Signal

from hwgen.arith.circuits.compressor import add_bits
from hwgen.arith.circuits.delay import delayed
from hwgen.arith.multiplier import MultiplierCircuit

__all__ = ["ArrayCircuit"]


class ArrayCircuit(MultiplierCircuit):
    """AND rows that are added one after the other, carries saved; then one adder.

    The product bits of one sign bit are inverted, and a constant makes up for it (Baugh and
    Wooley, IEEE Trans. Computers C-22(12), 1973). The first register of several stages is in
    front of that adder.
    """

    def elaborate(self, platform):
        m = Module()
        width = len(self.p)
        constant = 0
        sums = carries = (None,) * width  # None stands for 0

        for i in range(len(self.a)):
            row: list[Any] = [None] * width
            for j in range(len(self.w)):
                is_negative = _is_sign(self.a, i) != _is_sign(self.w, j)
                row[i + j] = Signal()
                product = self.a[i] & self.w[j]
                m.d.comb += row[i + j].eq(~product if is_negative else product)
                constant -= is_negative << (i + j)
            sums, carries = _add_row(m, sums, carries, row)

        ones = [Const(1) if (constant >> column) & 1 else None for column in range(width)]
        sums, carries = _add_row(m, ones, sums, carries)
        x, y = (delayed(m, _number(bits), min(self.stages, 1)) for bits in (sums, carries))
        m.d.comb += self.p.eq(delayed(m, x + y, max(self.stages - 1, 0)))
        return m


def _is_sign(operand, bit):
    return operand.shape().signed and bit == len(operand) - 1


def _add_row(m, *rows):
    """Sums and carries of three rows of bits; what is carried out of the product is dropped."""
    sums, carries = [], [None]
    for column in zip(*rows, strict=True):
        bits = [bit for bit in column if bit is not None]
        total, carry = add_bits(m, *bits) if len(bits) > 1 else (*bits, None, None)[:2]
        sums.append(total)
        carries.append(carry)
    return sums, carries[:-1]


def _number(bits):
    return Cat(*(Const(0, 1) if bit is None else bit for bit in bits))
