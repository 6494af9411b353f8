"""Dominance between points. Every objective is to be minimised."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["front"]


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
