"""RoBA: products with powers of two."""

from dataclasses import dataclass

import numpy as np
from amaranth.hdl import Cat, Const, Mux, Signal, signed
from numpy.typing import NDArray

from hwgen.arith.logarithmic.leading_one import one_hot_position, position
from hwgen.arith.logarithmic.sign_magnitude import SignMagnitude, SignMagnitudeCircuit
from hwgen.arith.multiplier import MultiplierCircuit

__all__ = ["Roba"]


@dataclass(frozen=True, kw_only=True)
class Roba(SignMagnitude):
    """Operands rounded to powers of two, and the product of the two errors left out.

    R. Zendegani, M. Kamal, M. Bahadori, A. Afzali-Kusha, M. Pedram, "RoBA Multiplier: A
    Rounding-Based Approximate Multiplier for High-Speed yet Energy-Efficient Digital Signal
    Processing", IEEE TVLSI 25(2), 2017. With ``r`` the power of two next to an operand, the
    product is ``r_a * w + r_w * a - r_a * r_w``: shifts and additions only. It errs by
    ``(r_a - a) * (r_w - w)``, either way, at most 1/9 (11.1 %) of the exact product.

    A tie ``3 * 2**(p-2)`` rounds up, but 3 rounds to 2 (from memory of the paper; both ways are
    equally far). 0 stays 0. Signed operands keep their exact magnitude, the paper's S-RoBA: see
    :class:`SignMagnitude`.
    """

    def unsigned_product(self, a: NDArray[np.int64], w: NDArray[np.int64]) -> NDArray[np.int64]:
        a_near, w_near = _rounded(a), _rounded(w)
        return a_near * w + w_near * a - a_near * w_near

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        a, w = self.a_kind.values, self.w_kind.values
        a_near, w_near = (np.sign(x) * _rounded(np.abs(x)) for x in (a, w))
        return np.array([a_near, a], np.int32), np.array([w - w_near, w_near], np.int32)

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return _RobaCircuit(self, stages)


def _rounded(values: NDArray[np.int64]) -> NDArray[np.int64]:
    floor = np.int64(1) << position(values)
    is_up = (2 * values >= 3 * floor) & (values != 3)
    return np.where(values == 0, 0, floor << is_up)


class _RobaCircuit(SignMagnitudeCircuit):
    def multiply(self, m, a, w):
        a_near, w_near = _nearest(m, a), _nearest(m, w)
        a_shift, w_shift = one_hot_position(m, a_near), one_hot_position(m, w_near)
        # As in factors(): r_a * (w - r_w) + r_w * a. An operand of 0 has no shift, so it gates.
        error = Signal(signed(len(w) + 1))
        m.d.comb += error.eq(w - w_near)
        left = Mux(a_near.any(), error, 0) << a_shift
        right = Mux(w_near.any(), a, 0) << w_shift
        return left + right


def _nearest(m, value):
    """One-hot power of two next to ``value``, one bit wider; 0 for 0."""
    bits = [*value, Const(0, 1)]
    nearest = []
    for bit in range(len(bits)):
        is_highest = ~value[bit + 1 :].any() if bit + 1 < len(value) else Const(1, 1)
        # The bit is the leading one and the next is 0, or the two below it are 11.
        stays = bits[bit] & ~bits[bit - 1] if bit > 1 else bits[bit]
        rises = ~bits[bit] & bits[bit - 1] & bits[bit - 2] if bit > 2 else Const(0, 1)
        nearest.append((stays | rises) & is_highest)
    found = Signal(len(bits))
    m.d.comb += found.eq(Cat(*nearest))
    return found
