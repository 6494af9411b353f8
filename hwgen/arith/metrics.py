"""How wrong a multiplier is: exhaustive error figures of one mode."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.multiplier import Multiplier
from hwgen.errors import SpecError

__all__ = ["ErrorMetrics", "measure"]


@dataclass(frozen=True, kw_only=True)
class ErrorMetrics:
    """Error of one mode; an error is the exact product minus the approximate one.

    Parameters
    ----------
    mean, variance, std : float
        Of the error.
    residual_std : float
        Standard deviation of what is left of the error when each weight's mean error is
        subtracted, which a bias update does for free.
    mae : float
        Mean absolute error.
    nmed : float
        ``mae`` divided by the largest absolute exact product of the operand kinds.
    mre : float
        Mean of ``|error / exact|`` over the pairs whose exact product is not 0, renormalized
        over those pairs; 0.0 when there are none.
    error_probability : float
        Probability of an error.
    wce : int
        Largest absolute error of all operand pairs, however unlikely they are.
    is_zero_preserving : bool
        Whether every product of a zero operand is 0.
    is_commutative : bool or None
        Whether operands can be swapped; None when their kinds differ.
    """

    mean: float
    variance: float
    std: float
    residual_std: float
    mae: float
    nmed: float
    mre: float
    error_probability: float
    wce: int
    is_zero_preserving: bool
    is_commutative: bool | None


def measure(
    multiplier: Multiplier,
    mode: int = 0,
    *,
    a_histogram: ArrayLike | None = None,
    w_histogram: ArrayLike | None = None,
    joint: ArrayLike | None = None,
) -> ErrorMetrics:
    """Error metrics of one mode over all operand pairs.

    Parameters
    ----------
    multiplier : Multiplier
    mode : int
    a_histogram, w_histogram : array of float, optional
        Counts or probabilities by raw code, of independent operands; uniform by default.
    joint : array of float, optional
        Counts or probabilities of raw code pairs ``[a, w]``, in place of the two others.
    """
    table = multiplier.table(mode).astype(np.int64)
    a, w = multiplier.a_kind.values, multiplier.w_kind.values
    exact = np.multiply.outer(a, w)
    error = exact - table
    if joint is None:
        p = np.multiply.outer(
            _histogram("a_histogram", a_histogram, a.shape),
            _histogram("w_histogram", w_histogram, w.shape),
        )
    elif a_histogram is not None or w_histogram is not None:
        raise SpecError("joint histogram must come alone, not with a_histogram or w_histogram")
    else:
        p = _histogram("joint", joint, table.shape)
    p = p / p.sum()

    mean = float((p * error).sum())
    variance = float((p * (error - mean) ** 2).sum())
    by_weight = p.sum(axis=0)
    offset = (p * error).sum(axis=0) / np.where(by_weight > 0, by_weight, 1)
    mae = float((p * np.abs(error)).sum())
    nonzero = exact != 0
    share = float(p[nonzero].sum())
    relative = np.abs(error[nonzero]) / np.abs(exact[nonzero])
    square = multiplier.a_kind == multiplier.w_kind
    return ErrorMetrics(
        mean=mean,
        variance=variance,
        std=float(np.sqrt(variance)),
        residual_std=float(np.sqrt((p * (error - offset) ** 2).sum())),
        mae=mae,
        nmed=mae / int(np.abs(exact).max()),
        mre=float((p[nonzero] * relative).sum() / share) if share else 0.0,
        error_probability=float(p[error != 0].sum()),
        wce=int(np.abs(error).max()),
        is_zero_preserving=not table[exact == 0].any(),
        is_commutative=bool(np.array_equal(table, table.T)) if square else None,
    )


def _histogram(name: str, counts: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.float64]:
    if counts is None:
        return np.ones(shape)
    values = np.asarray(counts, dtype=np.float64)
    if values.shape != shape:
        raise SpecError(f"histogram {name} must have shape {shape}, not {values.shape}")
    if not np.isfinite(values).all() or values.min() < 0 or values.sum() == 0:
        raise SpecError(
            f"histogram {name} must hold finite counts, none negative and not all 0, "
            f"not {values.min()} to {values.max()}"
        )
    return values
