"""A factor that rounds once, as TFLite's fully connected reference kernel does."""

import numpy as np
from numpy.typing import NDArray

from hwgen.network.graph import Rescale
from hwgen.network.rescale import single

__all__ = ["rounded_away"]

_LARGEST = 1 << 31  # magnitude of an accumulator
_REACH = 64  # multipliers tried on either side of the nearest


def rounded_away(factor: float, low: int, high: int) -> Rescale:
    """Factor whose products, rounded once, ties to even, are those of ``factor``, ties away.

    TFLite's kernel rounds ``accumulator * factor`` in double precision and clamps the result to
    ``low`` to ``high``: it goes from one result to the next at ``high - low`` accumulators, and
    a multiplier that goes there too gives TFLite's result for every accumulator, ties included.
    The one nearest to ``factor`` is taken. Of factors below ``2**-15`` one in some hundreds has
    none of 31 bits; the nearest multiplier then misses single accumulators that scale to a tie
    but for one part in ``2**31``. Raises :exc:`ValueError` for factors that no multiplier and
    right shift represent.
    """
    nearest = single(factor)
    results = np.arange(low + 1, high + 1)
    firsts = _firsts(factor, results)
    reached = np.abs(firsts) < _LARGEST
    results, firsts = results[reached], firsts[reached]
    for distance in sorted(range(-_REACH, _REACH + 1), key=abs):
        multiplier = nearest.multiplier + distance
        found = _to_even(np.stack([firsts - 1, firsts]), multiplier, nearest.right)
        if (found[0] < results).all() and (found[1] >= results).all() and multiplier < _LARGEST:
            return Rescale(multiplier, 0, nearest.right)
    return nearest


def _firsts(factor: float, results: NDArray[np.int64]) -> NDArray[np.int64]:
    """The least accumulator that gives each result at least."""
    about = np.clip(np.ceil((results - 0.5) / factor), -2 * _LARGEST, 2 * _LARGEST)
    near = about.astype(np.int64) + np.arange(-2, 3)[:, None]
    exact = near * factor
    whole = np.trunc(exact)
    rounded = whole + np.sign(exact) * (np.abs(exact - whole) >= 0.5)
    return np.asarray(near[(rounded >= results).argmax(axis=0), np.arange(len(results))])


def _to_even(x: NDArray[np.int64], multiplier: int, right: int) -> NDArray[np.int64]:
    """``x * multiplier / 2**right``, to the nearest, ties to even."""
    product = x * multiplier
    whole = product >> right
    twice = (product - (whole << right)) << 1  # of the rest, against 2**right
    tie = np.int64(1) << right
    return np.asarray(whole + ((twice > tie) | ((twice == tie) & (whole & 1 == 1))))
