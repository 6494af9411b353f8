"""Requantization of accumulators: its definition, and by one product of floats where proven.

A code never falls when its accumulator rises, whether by the definition or by floats. So both
agree everywhere if they agree at both sides of every step from one code to the next and have no
other steps. Accumulators near a step where they disagree are few; up to :data:`MOST_EXCEPTIONS`
of a filter are corrected one by one.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwgen.kernels.layers.output import Output

__all__ = [
    "BY_FLOAT",
    "BY_FLOAT_EXCEPT",
    "BY_INTEGER",
    "BY_SHIFT",
    "MOST_EXCEPTIONS",
    "FloatWay",
    "float_way",
    "requantize",
]

MOST_EXCEPTIONS = 4
BY_FLOAT, BY_FLOAT_EXCEPT, BY_INTEGER, BY_SHIFT = range(4)  # as in requantization.h
_LEAST, _MOST = -(1 << 31), (1 << 31) - 1
_REACH = 2  # accumulators at each side of a step that are compared
_EXACT = (1 << 24) - _REACH  # a float holds every integer around a step up to here
_NOWHERE = 0  # stands for a step that no accumulator reaches; 0 is the zero point anyway

Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class FloatWay:
    """``clip(round(accumulator * scale) + zero_point + correction)``, ties to an even code.

    Parameters
    ----------
    ways : uint8[F]
        :data:`BY_FLOAT`, :data:`BY_FLOAT_EXCEPT` or, where it is not proven, :data:`BY_INTEGER`;
        of all filters :data:`BY_SHIFT` where they only shift.
    scale : float32[F]
    where, delta : int32[E, F]
        Accumulators that need a correction, and the correction. 0 where there is none.
    """

    ways: NDArray[np.uint8]
    scale: NDArray[np.float32]
    where: NDArray[np.int32]
    delta: NDArray[np.int32]


def requantize(accumulators: NDArray[np.integer], output: Output) -> NDArray[np.uint8]:
    """Codes of int32 accumulators ``[..., F]``.

    ``single``: the exact product is rounded once, ties to even. ``double``: gemmlowp's saturating
    rounding doubling high multiply of ``accumulator << left``, which wraps, then its rounding
    right shift, ties away from zero.
    """
    x = accumulators.astype(np.int64)
    if output.rounding == "single":
        scaled = _shift_to_even(x * output.multiplier, output.right)
    else:
        x = (x << output.left).astype(np.int32).astype(np.int64)
        scaled = _shift_from_zero((x * output.multiplier + (1 << 30)) >> 31, output.right)
    low, high = output.low - output.zero_point, output.high - output.zero_point
    return (np.clip(scaled, low, high) + output.zero_point).astype(np.uint8)


def _shift_to_even(x: Integers, right: Integers) -> Integers:
    below_half = ((np.int64(1) << right) >> 1) - (right > 0)
    return np.asarray((x + ((x >> right) & (right > 0)) + below_half) >> right)


def _shift_from_zero(x: Integers, right: Integers) -> Integers:
    mask = (np.int64(1) << right) - 1
    return np.asarray((x >> right) + ((x & mask) > (mask >> 1) + (x < 0)))


def float_way(output: Output, largest: int = _MOST) -> FloatWay:
    """The float way of every filter, with the fewest exceptions among a few scales.

    Parameters
    ----------
    output : Output
    largest : int
        Magnitude that no accumulator exceeds: the way is proven up to there. Default: any int32.
    """
    near, is_steady = _near(output, largest)
    wanted = requantize(near, output).astype(np.int64)
    is_jump = near[1:] - near[:-1] > 1  # what lies between is not looked at
    is_steady &= ~(is_jump & (wanted[1:] != wanted[:-1])).any(axis=0)
    exponent = output.left - output.right - (31 if output.rounding == "double" else 0)
    nearest = np.ldexp(output.multiplier.astype(np.float64), exponent).astype(np.float32)
    toward = (nearest, np.nextafter(nearest, np.float32(0)), np.nextafter(nearest, np.float32(1)))
    count = np.full(len(nearest), MOST_EXCEPTIONS + 1)
    scale = nearest.copy()
    delta = np.zeros_like(near)
    for candidate in toward:
        found = _by_float(near, candidate, output)
        clipped = np.clip(found, output.low, output.high)
        is_wrong = (clipped != wanted) & _is_first(near)
        is_proven = ~(is_jump & ((clipped != wanted)[1:] | (clipped != wanted)[:-1])).any(axis=0)
        better = is_proven & is_steady & (is_wrong.sum(axis=0) < count)
        count[better] = is_wrong.sum(axis=0)[better]
        scale[better] = candidate[better]
        delta[:, better] = ((wanted - found) * is_wrong)[:, better]
    way = _listed(near, delta, scale, count)
    if (way.ways == BY_INTEGER).any() and _only_shifts(output):
        return replace(way, ways=np.full_like(way.ways, BY_SHIFT))
    return way


def _only_shifts(output: Output) -> bool:
    """Whether rounding 32 bits is all there is to do, as for the sum of two tensors."""
    right = output.right
    is_shift = (output.multiplier == 1) & (right > 0) & (right < 32)
    return output.rounding == "single" and bool(is_shift.all())


def _is_first(near: Integers) -> NDArray[np.bool_]:
    """Whether an accumulator is not the same as the one before it."""
    return np.vstack([np.ones((1, near.shape[1]), np.bool_), near[1:] != near[:-1]])


def _listed(
    near: Integers, delta: Integers, scale: NDArray[np.float32], count: Integers
) -> FloatWay:
    ways = np.select(
        [count == 0, count <= MOST_EXCEPTIONS], [BY_FLOAT, BY_FLOAT_EXCEPT], BY_INTEGER
    )
    most = int(count[count <= MOST_EXCEPTIONS].max(initial=0))
    where, change = (np.zeros((most, len(scale)), np.int32) for _ in range(2))
    for filter_ in np.flatnonzero(ways == BY_FLOAT_EXCEPT):
        rows = np.flatnonzero(delta[:, filter_])
        where[: len(rows), filter_] = near[rows, filter_]
        change[: len(rows), filter_] = delta[rows, filter_]
    return FloatWay(ways=ways.astype(np.uint8), scale=scale, where=where, delta=change)


def _by_float(near: Integers, scale: NDArray[np.float32], output: Output) -> Integers:
    """What the compiled kernels compute: the exact product of two floats, rounded once.

    The zero point is added before rounding, so ties go to an even code.
    """
    product = near.astype(np.float32).astype(np.float64) * scale
    product = np.clip(product, -1024, 1024)  # all codes are within
    floor = np.floor(product)
    is_odd = (floor.astype(np.int64) + output.zero_point) & 1
    lost = product - floor
    up = (lost > 0.5) | ((lost == 0.5) & (is_odd == 1))
    return np.asarray(floor.astype(np.int64) + up + output.zero_point)


def _near(output: Output, largest: int) -> tuple[Integers, NDArray[np.bool_]]:
    """Accumulators around every step, ascending: [points, F]; and whether floats hold them."""
    codes = np.arange(output.low + 1, output.high + 1)[:, None] - output.zero_point
    steps, is_known = (_single if output.rounding == "single" else _double)(codes, output)
    least = -largest - (largest == _MOST)
    is_reached = (steps >= least) & (steps <= largest)
    is_known &= ~(is_reached & (np.abs(steps) >= _EXACT)).any(axis=0)
    steps = np.where(is_known & is_reached, steps, _NOWHERE)
    around = (steps[:, None] + np.arange(-_REACH, _REACH)[:, None]).reshape(-1, steps.shape[1])
    ends = np.repeat([[least, largest]], steps.shape[1], axis=0).T
    return np.sort(np.vstack([around, ends]), axis=0, kind="stable"), is_known


def _single(codes: Integers, output: Output) -> tuple[Integers, NDArray[np.bool_]]:
    """Least accumulators of codes: ``x * multiplier`` reaches half a code below an even code, and
    passes it below an odd one. Also of which filters they are known."""
    multiplier, right = np.maximum(output.multiplier, 1), output.right
    halves = 2 * codes - 1
    is_near = np.abs(halves) <= np.int64(1) << (63 - np.maximum(right, 1))  # products are not
    reached = np.where(right > 0, np.where(is_near, halves, 0) << np.maximum(right - 1, 0), codes)
    passes = (right > 0) & (codes & 1 == 1)
    steps = np.where(passes, reached // multiplier + 1, -(-reached // multiplier))
    never = ~is_near & (right > 0) | (output.multiplier == 0)
    return np.where(never, _MOST + 1, steps), np.ones(len(multiplier), np.bool_)


def _double(codes: Integers, output: Output) -> tuple[Integers, NDArray[np.bool_]]:
    """The same; a code is reached half a code below if it is positive, and passed if not."""
    multiplier, right = np.maximum(output.multiplier, 1), output.right
    high = np.where(right > 0, (((2 * codes - 1) << right) >> 1) + (codes <= 0), codes)
    is_reached = (high >= _LEAST) & (high <= _MOST) & (output.multiplier > 0)
    high = np.where(is_reached, high, 0)
    steps = -(-((high << 31) - (1 << 30)) // multiplier)
    return np.where(is_reached, steps, _MOST + 1), output.left == 0
