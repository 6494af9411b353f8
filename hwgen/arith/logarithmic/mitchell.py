"""The logarithmic multiplier of Mitchell."""

from dataclasses import dataclass

import numpy as np
from amaranth.hdl import Cat, Signal
from amaranth.utils import bits_for
from numpy.typing import NDArray

from hwgen.arith.logarithmic.leading_one import leading_one, one_hot_position, position
from hwgen.arith.logarithmic.sign_magnitude import SignMagnitude, SignMagnitudeCircuit
from hwgen.arith.multiplier import MultiplierCircuit

__all__ = ["Mitchell"]


@dataclass(frozen=True, kw_only=True)
class Mitchell(SignMagnitude):
    """Sum of approximate binary logarithms.

    J. N. Mitchell, "Computer multiplication and division using binary logarithms", IRE
    Transactions on Electronic Computers EC-11(4), 1962. A magnitude ``2**k * (1 + x)`` has the
    logarithm ``k + x``, about; the antilogarithm of a sum is taken by the same line. With
    ``y = x_a + x_w`` the product is ``2**(k_a + k_w) * (1 + y)`` when ``y < 1`` and
    ``2**(k_a + k_w + 1) * y`` otherwise, an integer in both cases: no bit is cut off.

    It is never too large in magnitude and at most 1/9 (11.1 %) too small, which happens at
    ``x_a == x_w == 0.5``; it is exact when one operand is a power of two, and 0 when one is 0.
    The original does not say what 0 gives. Signed operands: see :class:`SignMagnitude`.
    """

    def unsigned_product(self, a: NDArray[np.int64], w: NDArray[np.int64]) -> NDArray[np.int64]:
        k_a, k_w = position(a), position(w)
        # Fractions in units of 2**-(k_a + k_w), which is what both have in common.
        one = np.int64(1) << (k_a + k_w)
        y = (a << k_w) + (w << k_a) - 2 * one
        return np.where((a == 0) | (w == 0), 0, np.where(y < one, one + y, 2 * y))

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return _MitchellCircuit(self, stages)


class _MitchellCircuit(SignMagnitudeCircuit):
    def multiply(self, m, a, w):
        fraction = max(len(a), len(w)) - 1  # bits of a logarithm behind the point
        total = _logarithm(m, a, fraction) + _logarithm(m, w, fraction)
        mantissa, exponent = Cat(total[:fraction], 1), total[fraction:]
        shifted = Signal(len(a) + len(w) + fraction)
        m.d.comb += shifted.eq(mantissa << exponent)
        is_nonzero = a.any() & w.any()
        product = shifted[fraction:]
        return product & is_nonzero.replicate(len(product))


def _logarithm(m, value, fraction):
    """Characteristic and, behind the point, ``fraction`` bits that follow the leading one."""
    characteristic = one_hot_position(m, leading_one(m, value))
    shift = Signal(bits_for(fraction))
    m.d.comb += shift.eq(fraction - characteristic)
    shifted = Signal(fraction + 1)
    m.d.comb += shifted.eq(value << shift)
    return Cat(shifted[:fraction], characteristic)
