"""Families of multipliers that a control variate is published for, told by their products."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.multiplier import Multiplier
from hwgen.mapping.kinds import errors
from hwgen.spec.mapping.corrections import VariateKind

__all__ = ["Family", "family_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Family:
    """What Zervakis et al. (DAC 2021; IEEE Access 13, 2025) prescribe for one mode.

    Reconstructed from the abstracts: the form of ``x``, ``C`` and ``C0`` is theirs, the formulas
    were derived from the products. The published ones are of unsigned operands; they hold for
    two's complement, too, with low bits taken of the raw codes.

    Parameters
    ----------
    x : str
        As in :class:`hwgen.spec.mapping.ControlVariate`.
    bits : int
        The same.
    weights : float64[256]
        By raw weight code: C is their mean over a filter.
    share : float
        C0 is ``share`` times their sum,
    constant : int
        and this much for each tap: what every product is too small by.
    """

    x: VariateKind
    bits: int
    weights: NDArray[np.float64]
    share: float
    constant: int


@cache
def family_of(multiplier: Multiplier, mode: int) -> Family | None:
    """The family of a mode; None when no published formula fits its products.

    Perforated: the error is ``w * (a % 2**m)``. Recursive: ``(w % 2**n) * (a % 2**m)``.
    Truncated: ``sum_{i<m} 2**i * a_i * (w % 2**(m - i))``. Each may come with a constant.
    """
    error = errors(multiplier, mode)
    constant = int(error[0, 0])
    error = error - constant
    a, w = (np.arange(1 << x.width) for x in (multiplier.a_kind, multiplier.w_kind))
    for m in range(1, multiplier.a_kind.width):
        low = a % (1 << m)
        lost = error[1]  # of the activation whose low bits are 1
        if lost.any() and np.array_equal(error, np.outer(low, lost)):
            parts = [multiplier.w_kind.values, *(w % (1 << n) for n in range(1, 8))]
            if any(np.array_equal(lost, part) for part in parts):
                return _family("low", m, lost, 0.0, constant)
    for m in range(2, min(multiplier.a_kind.width, multiplier.w_kind.width) + 1):
        rows = [(1 << i) * (w % (1 << (m - i))) for i in range(m)]
        bits = (a[:, None] >> np.arange(m)) & 1
        if np.array_equal(error, bits @ np.array(rows)):
            return _family("or", m, np.sum(rows, axis=0) / 2, 0.5**m, constant)
    return None


def _family(
    x: VariateKind, bits: int, weights: NDArray[np.generic], share: float, constant: int
) -> Family:
    padded = np.zeros(256)
    padded[: len(weights)] = weights
    padded.setflags(write=False)
    return Family(x=x, bits=bits, weights=padded, share=share, constant=constant)
