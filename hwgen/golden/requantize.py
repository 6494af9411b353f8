"""From accumulators to the units of the next tensor, in both roundings."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.network.graph import Rescale, Rounding

__all__ = ["doubling_high_multiply", "requantize", "rounding_shift", "wrap"]

Integers: TypeAlias = NDArray[np.integer[Any]]

_TOP, _BOTTOM = (1 << 31) - 1, -(1 << 31)


def wrap(x: Integers) -> NDArray[np.int64]:
    """``x`` modulo ``2**32``, as an int32 register holds it."""
    return x.astype(np.int32).astype(np.int64)


def requantize(
    x: Integers, rescale: Rescale | Sequence[Rescale], rounding: Rounding
) -> NDArray[np.int64]:
    """``x`` times a fixed-point factor, rounded, within int32.

    ``single``: the exact product is rounded once, ties to even, and saturates. ``double``:
    gemmlowp's MultiplyByQuantizedMultiplier, where ``x << left`` wraps.

    Parameters
    ----------
    x : integer array
        int32 values.
    rescale : Rescale, or one per index of the last axis
    rounding : str
    """
    factors = [rescale] if isinstance(rescale, Rescale) else rescale
    multiplier, left, right = (
        np.array([getattr(factor, field) for factor in factors], dtype=np.int64)
        for field in ("multiplier", "left", "right")
    )
    if rounding == "double":
        return rounding_shift(doubling_high_multiply(wrap(x << left), multiplier), right)
    return np.clip(_shift_to_even(x * multiplier, right), _BOTTOM, _TOP)


def doubling_high_multiply(x: Integers, multiplier: Integers | int) -> NDArray[np.int64]:
    """gemmlowp's SaturatingRoundingDoublingHighMul of int32 values.

    The high 32 bits of twice the product, to the nearest, ties towards plus infinity:
    gemmlowp's nudge depends on the sign, but its division truncates, and both together floor.
    """
    product = np.asarray(x, dtype=np.int64) * multiplier
    high = (product + (1 << 30)) >> 31
    return np.asarray(np.minimum(high, _TOP), dtype=np.int64)  # only (-2**31)**2 saturates


def rounding_shift(x: Integers, right: Integers | int) -> NDArray[np.int64]:
    """gemmlowp's RoundingDivideByPOT: ``x / 2**right``, to the nearest, ties away from zero."""
    lost = x & ((np.int64(1) << right) - 1)
    threshold = (((np.int64(1) << right) - 1) >> 1) + (x < 0)
    return np.asarray((x >> right) + (lost > threshold), dtype=np.int64)


def _shift_to_even(x: Integers, right: Integers) -> NDArray[np.int64]:
    """``x / 2**right``, to the nearest, ties to even; ``abs(x)`` is at most ``2**62``."""
    below_half = np.maximum((np.int64(1) << right) >> 1, 1) - 1
    odd = (x >> right) & (right > 0)  # an odd result takes the tie up
    return np.asarray((x + odd + below_half) >> right, dtype=np.int64)
