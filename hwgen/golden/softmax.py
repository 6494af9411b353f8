"""Definition of Softmax, in integers: exponentials from a table, and one division."""

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.requantize import doubling_high_multiply, rounding_shift
from hwgen.network.graph import Softmax

__all__ = ["softmax"]

Integers = NDArray[np.int64]

_ONE = (1 << 31) - 1
_SUM_INTEGER_BITS = 12  # TFLite adds exponentials up in Q12.19
_OUTPUT_BITS = 8  # TFLite's unit is 1/256


def softmax(layer: Softmax, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Output codes ``[N, H, W, C]``.

    ``single``: ``exponential * rescale / sum``, rounded once, ties to even. ``double``: TFLite's
    reference kernel, which multiplies with a reciprocal that gemmlowp's Newton iteration finds.
    """
    distances = codes.max(axis=3, keepdims=True) - codes
    exponentials = layer.table.astype(np.int64)[distances]
    scaled = _single(layer, exponentials) if layer.rounding == "single" else _double(exponentials)
    moved = scaled + layer.quantization.zero_point
    return np.clip(moved, layer.low, layer.high).astype(np.uint8)


def _single(layer: Softmax, exponentials: Integers) -> Integers:
    total = exponentials.sum(axis=3, keepdims=True) << layer.rescale.right
    quotient, rest = np.divmod(exponentials * layer.rescale.multiplier, total)
    above = 2 * rest > total
    tie = 2 * rest == total
    return np.asarray(quotient + (above | (tie & (quotient % 2 == 1))), np.int64)


def _double(exponentials: Integers) -> Integers:
    total = rounding_shift(exponentials, _SUM_INTEGER_BITS).sum(axis=3, keepdims=True)
    headroom = 32 - np.frexp(total.astype(np.float64))[1].astype(np.int64)  # leading zeros
    reciprocal = _reciprocal((total << headroom) - (1 << 31))
    shift = _SUM_INTEGER_BITS - headroom + 31 - _OUTPUT_BITS
    return rounding_shift(doubling_high_multiply(reciprocal, exponentials), shift)


def _reciprocal(x: Integers) -> Integers:
    """``1 / (1 + x)`` of ``x`` from 0 to 1 in Q0.31: gemmlowp's one_over_one_plus_x."""
    half = (x + _ONE + 1) >> 1
    guess = 1515870810 + doubling_high_multiply(half, -1010580540)  # 48/17, 32/17 in Q2
    for _ in range(3):
        error = (1 << 29) - doubling_high_multiply(half, guess)
        guess = guess + _saturated(doubling_high_multiply(guess, error) << 2)
    return _saturated(guess << 1)


def _saturated(x: Integers) -> Integers:
    return np.clip(x, -_ONE - 1, _ONE)
