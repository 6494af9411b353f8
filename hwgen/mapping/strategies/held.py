"""Which multipliers an accelerator of few arrays should hold."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["cheapest_held"]


def cheapest_held(costs: NDArray[np.float64], capacity: int) -> tuple[int, ...]:
    """Columns, ``capacity`` at most, that serve all rows at the least cost.

    A row is served by its cheapest column of those that are held. The one column that is worth
    most is added again and again, then single ones are exchanged as long as that is worth
    something: the optimum of that neighbourhood, not always of all.

    Parameters
    ----------
    costs : float64[rows, columns]
        Infinite where a column cannot serve a row.
    capacity : int

    Returns
    -------
    tuple of int
        Ascending. It leaves rows unserved where nothing was found that serves all.
    """
    held: tuple[int, ...] = ()
    while len(held) < min(capacity, costs.shape[1]):
        held = _extended(costs, held)
    while True:
        exchanged = [_extended(costs, tuple(x for x in held if x != old)) for old in held]
        best = min(exchanged, key=lambda x: _worth(costs, x))
        if _worth(costs, best) >= _worth(costs, held):
            return tuple(sorted(held))
        held = best


def _extended(costs: NDArray[np.float64], held: tuple[int, ...]) -> tuple[int, ...]:
    """``held`` and the column that is worth most beside it."""
    known = costs[:, held].min(axis=1, initial=np.inf)
    own = np.minimum(known[:, None], costs)
    served = np.isfinite(own)
    unserved, total = (~served).sum(axis=0), np.where(served, own, 0).sum(axis=0)
    unserved[list(held)] = len(costs) + 1  # held already
    return *held, int(np.lexsort((total, unserved))[0])


def _worth(costs: NDArray[np.float64], held: tuple[int, ...]) -> tuple[int, float]:
    """Rows that are not served, and cost of those that are."""
    own = costs[:, held].min(axis=1)
    served = np.isfinite(own)
    return int((~served).sum()), float(own[served].sum())
