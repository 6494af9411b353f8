"""How wrong a multiplier is: exhaustive error figures of one mode."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.histogram import pair_probabilities
from hwgen.arith.multiplier import Multiplier

__all__ = ["ErrorMetrics", "measure"]


@dataclass(frozen=True, kw_only=True)
class ErrorMetrics:
    """Error of one mode; an error is the exact product minus the approximate one.

    Parameters
    ----------
    mean, variance, std : float
        Of the error.
    mse : float
        Mean squared error.
    residual_std : float
        Standard deviation of what is left of the error when each weight's mean error is
        subtracted, which a bias update does for free.
    mae : float
        Mean absolute error.
    nmed : float
        ``mae`` divided by the largest absolute exact product of the operand kinds.
    mre : float
        Mean of ``|error / exact|`` over the pairs whose exact product is not 0, renormalized
        over those pairs; 0.0 when there are none. The usual convention: EvoApproxLib's figures
        and most papers' MRED are this one.
    mre_all : float
        Mean of ``|error| / max(1, |exact|)`` over all pairs: the other convention, in which a
        wrong product of a zero operand counts with its whole error. The two differ by the
        share of zero products where the multiplier is zero-preserving, and by orders of
        magnitude where it is not.
    error_probability : float
        Probability of an error.
    wce : int
        Largest absolute error of all operand pairs, however unlikely they are.
    wcre : float
        Largest ``|error / exact|`` of all pairs whose exact product is not 0.
    is_zero_preserving : bool
        Whether every product of a zero operand is 0.
    is_commutative : bool or None
        Whether operands can be swapped; None when their kinds differ.
    """

    mean: float
    variance: float
    std: float
    mse: float
    residual_std: float
    mae: float
    nmed: float
    mre: float
    mre_all: float
    error_probability: float
    wce: int
    wcre: float
    is_zero_preserving: bool
    is_commutative: bool | None


def measure(
    multiplier: Multiplier,
    mode: int = 0,
    *,
    a: ArrayLike | None = None,
    w: ArrayLike | None = None,
    joint: ArrayLike | None = None,
) -> ErrorMetrics:
    """Error metrics of one mode over all operand pairs.

    Parameters
    ----------
    multiplier : Multiplier
    mode : int
    a, w, joint : array, optional
        Counts (integers) or probabilities by raw code, of independent operands or of pairs;
        uniform by default. See :func:`~hwgen.arith.histogram.pair_probabilities`.
    """
    kinds = multiplier.a_kind, multiplier.w_kind
    table = multiplier.table(mode).astype(np.int64)  # first: it refuses operands too wide for it
    p = pair_probabilities(*kinds, a=a, w=w, joint=joint)
    exact = np.multiply.outer(kinds[0].values, kinds[1].values)
    error = exact - table
    size = np.abs(error)

    mean, mse, mae = (float((p * x).sum()) for x in (error, error**2, size))
    variance = float((p * (error - mean) ** 2).sum())
    nonzero = exact != 0
    relative = size / np.maximum(1, np.abs(exact))
    share = float(p[nonzero].sum())
    return ErrorMetrics(
        mean=mean,
        variance=variance,
        std=float(np.sqrt(variance)),
        mse=mse,
        residual_std=_residual_std(p, error),
        mae=mae,
        nmed=mae / int(np.abs(exact).max()),
        mre=float((p * relative)[nonzero].sum() / share) if share else 0.0,
        mre_all=float((p * relative).sum()),
        error_probability=float(p[error != 0].sum()),
        wce=int(size.max()),
        wcre=float(relative[nonzero].max()),
        is_zero_preserving=not table[~nonzero].any(),
        is_commutative=bool(np.array_equal(table, table.T)) if kinds[0] == kinds[1] else None,
    )


def _residual_std(p: NDArray[np.float64], error: NDArray[np.int64]) -> float:
    by_weight = p.sum(axis=0)
    offset = (p * error).sum(axis=0) / np.where(by_weight > 0, by_weight, 1)
    return float(np.sqrt((p * (error - offset) ** 2).sum()))
