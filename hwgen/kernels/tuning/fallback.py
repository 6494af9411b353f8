"""Choosing the codes of filters together, in NumPy: what the compiled kernel does."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["tune"]

Floats = NDArray[np.float64]
CODES = 256


def tune(
    target: Floats,
    upper: Floats,
    covariance: Floats,
    index: NDArray[np.uint8] | None,
    slopes: Floats,
    prices: Floats,
    passes: int,
) -> NDArray[np.int32]:
    """See :func:`hwgen.kernels.tuning.tune`."""
    filters, taps = target.shape
    rows = np.arange(filters)
    found = np.empty((filters, taps), np.int32)
    left = target.copy()
    for tap in range(taps):
        scale = upper[tap, tap]
        found[:, tap] = _least(left[:, tap], 1.0 / (scale * scale), index, tap, slopes, prices)
        error = (left[:, tap] - slopes[found[:, tap]]) / scale
        left[:, tap + 1 :] -= upper[tap, tap + 1 :] * error[:, None]
    pull = np.zeros((filters, taps))
    for tap in range(taps if passes else 0):
        pull -= covariance[tap] * (slopes[found[:, tap]] - target[:, tap])[:, None]
    moving = rows
    for _ in range(passes):
        before = found[moving].copy()
        for tap in range(taps):
            _descend(tap, moving, target, covariance, index, slopes, prices, found, pull)
        moving = moving[(found[moving] != before).any(axis=1)]
        if not moving.size:
            break
    return found


def _descend(
    tap: int,
    rows: NDArray[np.int64],
    target: Floats,
    covariance: Floats,
    index: NDArray[np.uint8] | None,
    slopes: Floats,
    prices: Floats,
    found: NDArray[np.int32],
    pull: Floats,
) -> None:
    weight, wanted = covariance[tap, tap], target[rows, tap]
    old = slopes[found[rows, tap]]
    others = (pull[rows, tap] - weight * (wanted - old)) / weight
    own = None if index is None else index[rows]
    place = _least(wanted + others, weight, own, tap, slopes, prices[rows])
    found[rows, tap] = place
    pull[rows] -= covariance[tap] * (slopes[place] - old)[:, None]


def _least(
    wanted: Floats,
    weight: float,
    index: NDArray[np.uint8] | None,
    tap: int,
    slopes: Floats,
    prices: Floats,
) -> NDArray[np.int64]:
    """Where ``weight * (wanted - slope)**2 + price`` is least, for each filter."""
    if index is None:
        off = wanted[:, None] - slopes
        return np.asarray((weight * (off * off) + prices).argmin(axis=1))
    first = index[:, tap].astype(np.int64) * CODES
    places = first[:, None] + np.arange(CODES)
    off = wanted[:, None] - slopes[places]
    cost = weight * (off * off) + np.take_along_axis(prices, places, axis=1)
    return np.asarray(first + cost.argmin(axis=1))
