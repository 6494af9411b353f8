"""Dominance between points. Every objective is to be minimised."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["REFERENCE", "front", "hypervolume"]

REFERENCE = (10.0, 1.0)
"""Drop in percent points and energy relative to exact, of the worst point that counts."""


def front(points: ArrayLike) -> NDArray[np.intp]:
    """Indices of the rows of ``points`` that no other row dominates, in row order.

    ``points`` has shape ``(points, objectives)``. A row dominates another when it is no
    worse everywhere and better somewhere, so equal rows stand or fall together.
    """
    table = np.asarray(points, dtype=float)
    if table.ndim != 2 or not np.isfinite(table).all():
        raise ValueError(f"points must be finite and 2-D, not {points!r}")
    no_worse = (table[:, None] <= table[None]).all(axis=2)  # [i, j]: i no worse than j
    better = (table[:, None] < table[None]).any(axis=2)
    return np.flatnonzero(~(no_worse & better).any(axis=0))


def hypervolume(points: ArrayLike, reference: tuple[float, float] = REFERENCE) -> float:
    """Area of what some point dominates, up to the reference point.

    Exact, in percent points times relative energy: with the usual reference 0 for nothing and 10
    for a network that loses nothing and costs nothing. A point that is not below the reference in
    both objectives adds nothing. Objectives below 0 count as 0: accuracy won on a few images is
    luck, and no search is to be better for it.

    Parameters
    ----------
    points : float[points, 2]
        Such as drops and energies; there may be none.
    reference : (float, float)
        Positive.
    """
    table = np.asarray(points, dtype=float).reshape(-1, 2)
    if not np.isfinite(table).all():
        raise ValueError(f"points must be finite, not {points!r}")
    inside = np.maximum(table[(table < reference).all(axis=1)], 0.0)
    area, height = 0.0, reference[1]
    for x, y in inside[np.lexsort((inside[:, 1], inside[:, 0]))].tolist():
        if y < height:
            area += (reference[0] - x) * (height - y)
            height = y
    return area
