"""What Softmax layers are made of: tables of exponentials, the same on every machine."""

from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from hwgen.network.layer import Rescale
from hwgen.network.rescale import single

__all__ = ["exponentials", "gemmlowp_exponentials", "probability"]

_FRACTION_BITS = 24  # of the table for rounding once
_DIVIDEND_BITS = 62  # of what golden divides: it doubles a rest below that
_DISTANCES = range(256)  # between u8 codes

# gemmlowp's fixed point: Q5.26 goes in, Q0.31 comes out.
_ONE = (1 << 31) - 1
_INTEGER_BITS = 5
_QUARTER = 1 << 24  # in Q5.26
_EXP_MINUS_EIGHTH, _THIRD = 1895147668, 715827883
# exp(-2**k) for k from -2 to 4.
_POWERS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)


def exponentials(scale: float) -> NDArray[np.int32]:
    """``exp(-scale * d)`` for ``d`` from 0 to 255, in units of ``2**-24``, rounded to nearest."""
    with localcontext() as context:
        context.prec = 40  # decimal's exp is correctly rounded, math's depends on the machine
        exact = [(-Decimal(scale) * d).exp() * (1 << _FRACTION_BITS) for d in _DISTANCES]
        return np.array([int(x.to_integral_value()) for x in exact], dtype=np.int32)


def probability(scale: float, channels: int) -> Rescale:
    """``1 / scale``, which turns probabilities into codes, to be rounded once.

    It has 31 bits, or what the sum of ``channels`` exponentials leaves of 62. Raises
    :exc:`ValueError` when that is less than 24.
    """
    exact = single(1 / scale)
    spare = _DIVIDEND_BITS - _FRACTION_BITS - channels.bit_length()
    lost = max(0, exact.right - spare)
    if exact.multiplier >> lost < 1 << 23:
        raise ValueError(
            f"the scale of a Softmax over {channels} channels must be at most "
            f"2**{spare - 23}, not {scale:g}"
        )
    return Rescale(exact.multiplier >> lost, 0, exact.right - lost)


def gemmlowp_exponentials(multiplier: int, left: int) -> NDArray[np.int32]:
    """``exp(-x)`` of the distances 0 to 255, in units of ``2**-31``, as TFLite's Softmax has it.

    ``x`` is ``d * multiplier * 2**(left - 31)`` in Q5.26: TFLite's ``input_multiplier`` and
    ``input_left_shift``. Distances whose exponential would be below that of -31 count as 0.
    Follows ``exp_on_negative_values`` of gemmlowp's fixedpoint.h and ``Softmax`` of TFLite's
    reference/softmax.h, reconstructed from their sources and compared with the interpreter.
    """
    reach = (((1 << _INTEGER_BITS) - 1) << (31 - _INTEGER_BITS)) // (1 << left)
    scaled = [_multiply(-d << left, multiplier) if d <= reach else None for d in _DISTANCES]
    return np.array([0 if x is None else _exponential(x) for x in scaled], dtype=np.int32)


def _exponential(x: int) -> int:
    """``exp(x)`` in Q0.31 of ``x`` in Q5.26, from -32 to 0."""
    if x == 0:
        return _ONE
    fraction = (x & (_QUARTER - 1)) - _QUARTER
    result = _near_zero(fraction << _INTEGER_BITS)
    remainder = fraction - x
    for bit, power in enumerate(_POWERS):
        if remainder >> (24 + bit) & 1:
            result = _multiply(result, power)
    return result


def _near_zero(x: int) -> int:
    """``exp(x)`` of ``x`` in Q0.31, from -1/4 to 0: Taylor's series about -1/8."""
    x += 1 << 28
    square = _multiply(x, x)
    cube, fourth = _multiply(square, x), _multiply(square, square)
    tail = _shift(_multiply(_shift(fourth, 2) + cube, _THIRD) + square, 1)
    return _EXP_MINUS_EIGHTH + _multiply(_EXP_MINUS_EIGHTH, x + tail)


def _multiply(a: int, b: int) -> int:
    """gemmlowp's SaturatingRoundingDoublingHighMul of operands that are not both -2**31."""
    return (a * b + (1 << 30)) >> 31


def _shift(x: int, right: int) -> int:
    """gemmlowp's RoundingDivideByPOT: ties away from zero."""
    magnitude = (abs(x) + (1 << (right - 1))) >> right
    return magnitude if x >= 0 else -magnitude
