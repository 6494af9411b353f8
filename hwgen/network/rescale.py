"""Fixed-point factors from quantization scales, for rounding once (ONNX)."""

import math

from hwgen.network.graph import Rescale

__all__ = ["addition", "single"]

_PRODUCT_BITS = 31  # a sum of rescaled operands stays below 2**31 in magnitude
_LARGEST_DIFFERENCE = 255  # |code - zero point| of a u8 code


def single(factor: float) -> Rescale:
    """``factor`` with a 31-bit multiplier, to be rounded once.

    Raises :exc:`ValueError` when no multiplier and right shift represent ``factor``.
    """
    if not 2.0**-62 < factor < 2.0**31:
        raise ValueError(f"the factor between scales must be from 2**-62 to 2**31, not {factor:g}")
    exponent = math.frexp(factor)[1]  # 2**(exponent - 1) <= factor < 2**exponent
    right = min(31 - exponent, 62)
    multiplier = round(math.ldexp(factor, right))
    if multiplier == 1 << 31:  # rounded up to the next power of two
        multiplier, right = 1 << 30, right - 1
    return Rescale(multiplier, 0, right)


def addition(first: float, second: float) -> tuple[tuple[Rescale, Rescale], Rescale]:
    """Operand multipliers and common right shift of an Add.

    The shift is the largest that keeps ``(a - za) * Ma + (b - zb) * Mb`` below ``2**31`` in
    magnitude for all codes, which leaves the multipliers about 22 bits.
    """
    if not 2.0**-22 < first + second < 2.0**22:
        raise ValueError(
            f"the factors between scales must add up to 2**-22 to 2**22, not {first + second:g}"
        )
    limit = (1 << _PRODUCT_BITS) // _LARGEST_DIFFERENCE  # of Ma + Mb
    right = math.floor(math.log2(limit / (first + second)))
    multipliers = [round(math.ldexp(factor, right)) for factor in (first, second)]
    if sum(multipliers) > limit:  # rounding went over the edge
        right -= 1
        multipliers = [round(math.ldexp(factor, right)) for factor in (first, second)]
    return (
        (Rescale(multipliers[0], 0, 0), Rescale(multipliers[1], 0, 0)),
        Rescale(1, 0, right),
    )
