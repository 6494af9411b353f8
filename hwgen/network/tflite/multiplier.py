"""TFLite's fixed-point factors, for gemmlowp's double rounding."""

import math

from hwgen.network.graph import Rescale

__all__ = ["addition", "division", "fixed_point", "mean", "quantized"]

_ADD_SHIFT = 20
_SUM_BITS = 31  # of an int32 without its sign
_LARGEST_CODE = 128  # magnitude of an s8 code


def fixed_point(factor: float) -> tuple[int, int]:
    """Multiplier of 31 bits and exponent of two: TFLite's QuantizeMultiplier.

    Factors of less than about ``2**-32`` become 0, as there.
    """
    mantissa, exponent = math.frexp(factor)
    multiplier = math.floor(math.ldexp(mantissa, 31) + 0.5)
    if multiplier == 1 << 31:
        multiplier, exponent = 1 << 30, exponent + 1
    return (multiplier, exponent) if exponent >= -31 else (0, 0)


def quantized(factor: float) -> Rescale:
    """A factor between scales, as a multiplier and shifts.

    Raises :exc:`ValueError` for those of ``2**30`` or more, by which TFLite does not shift.
    """
    if not 0 < factor < 2.0**30:
        raise ValueError(f"the factor between scales must be from 0 to 2**30, not {factor:g}")
    multiplier, exponent = fixed_point(factor)
    return Rescale(multiplier, max(exponent, 0), max(-exponent, 0))


def addition(first: float, second: float, output: float) -> tuple[tuple[Rescale, Rescale], Rescale]:
    """Factors of an Add, from the scales of its operands and of its output."""
    largest = 2 * max(first, second)
    if not largest / output < 2.0**_ADD_SHIFT:
        raise ValueError(
            f"the scales of a sum must be at most 2**{_ADD_SHIFT - 1} output scales, "
            f"not {largest / 2 / output:g}"
        )
    operands = (_operand(first / largest), _operand(second / largest))
    return operands, quantized(largest / ((1 << _ADD_SHIFT) * output))


def _operand(factor: float) -> Rescale:
    """Of a factor of at most 1/2, whose multiplication also shifts left."""
    found = quantized(factor)
    return Rescale(found.multiplier, _ADD_SHIFT, found.right)


def mean(factor: float, count: int) -> Rescale:
    """Factor of a Mean of ``count`` values: TFLite cuts the quotient of its multiplier off."""
    whole = quantized(factor)
    exponent = whole.left - whole.right
    shift = min(count.bit_length() - 1, 31 + exponent)
    exponent -= shift
    return Rescale((whole.multiplier << shift) // count, max(exponent, 0), max(-exponent, 0))


def division(count: int) -> Rescale:
    """Division of a sum of ``count`` s8 codes, to the nearest, ties away from zero.

    The sum goes as far left as an int32 allows. With ``E`` the error of the multiplier, at most
    1/2, the high product is then off by at most ``E * 2**31 / 2**31`` before its own rounding:
    a tie of the quotient, which is a whole number there, stays one, and goes away from zero in
    the last shift; any other quotient is farther from a tie than that.
    """
    exact = quantized(1 / count)
    left = _SUM_BITS - (_LARGEST_CODE * count).bit_length()
    if left < 0:
        raise ValueError(f"an average must be over at most 2**23 values, not {count}")
    return Rescale(exact.multiplier, left, left + exact.right - exact.left)
