"""What a multiplier is, judged by its products instead of its name."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.multiplier import Multiplier

__all__ = ["errors", "is_exact", "is_precision"]


@cache
def errors(multiplier: Multiplier, mode: int) -> NDArray[np.int64]:
    """Exact minus approximate products, indexed by raw codes ``[a, w]``. Read-only."""
    exact = multiplier.a_kind.values[:, None] * multiplier.w_kind.values[None, :]
    found = exact - multiplier.table(mode)
    found.setflags(write=False)
    return found


def is_exact(multiplier: Multiplier, mode: int) -> bool:
    """Whether every product of the mode is the exact one."""
    return not errors(multiplier, mode).any()


@cache
def is_precision(multiplier: Multiplier) -> bool:
    """Whether every mode only multiplies coarser operands exactly: ``table == f(a) * g(w)``.

    Such a multiplier does what quantizing activations or weights to fewer levels does,
    whatever its circuit is called: rounded, truncated or perforated operands, bits frozen at 0
    or 1, Booth digits of the weight left out. It belongs to the baseline that an approximate
    circuit has to beat.
    """
    return all(_is_outer_product(multiplier.table(x)) for x in range(len(multiplier.modes)))


def _is_outer_product(table: NDArray[np.int32]) -> bool:
    wide = table.astype(np.int64)
    row, column = np.unravel_index(int(np.abs(wide).argmax()), wide.shape)
    return np.array_equal(wide * wide[row, column], np.outer(wide[:, column], wide[row]))
