"""What an evolved circuit may get wrong."""

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.metrics import ErrorMetrics, measure
from hwgen.arith.multiplier import Multiplier
from hwgen.errors import SpecError

__all__ = ["Constraint", "parse_bound"]

_BOUND = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(%?)")


@dataclass(frozen=True, eq=False, kw_only=True)
class Constraint:
    """Bounds of the error, in units of the product; what is None is not bounded.

    Parameters
    ----------
    mae, wce, mean : float, optional
        Largest mean absolute error, largest absolute error of any pair, and largest absolute
        mean error. One of the first two is needed: the others hold for the constant 0.
    zero : bool
        Products of a zero operand are 0.
    joint : float64[2**a_kind.width, 2**w_kind.width], optional
        Probabilities of raw code pairs, under which ``mae`` and ``mean`` count; uniform by
        default.
    """

    mae: float | None = None
    wce: float | None = None
    mean: float | None = None
    zero: bool = False
    joint: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        if self.mae is None and self.wce is None:
            raise SpecError("evolution must be bounded by mae or wce, not by neither")
        for name in ("mae", "wce", "mean"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise SpecError(f"bound {name} must be a number from 0 on, not {value!r}")

    def measured(self, multiplier: Multiplier) -> ErrorMetrics:
        """Error under the constraint's histogram."""
        return measure(multiplier, joint=self.joint)

    def holds(self, error: ErrorMetrics) -> bool:
        """Whether :meth:`measured` figures are within the bounds, but for rounding."""
        pairs = ((error.mae, self.mae), (error.wce, self.wce), (abs(error.mean), self.mean))
        return all(
            bound is None or value <= bound * (1 + 1e-9) + 1e-9 for value, bound in pairs
        ) and (error.is_zero_preserving or not self.zero)


def parse_bound(name: str, text: str, bits: int) -> float:
    """Bound as a user writes it: an error, or a percentage of ``2**bits`` such as ``0.5%``.

    Raises
    ------
    SpecError
        It is no number, or above 100 %: it would bound nothing.
    """
    found = _BOUND.fullmatch(text)
    if found is None:
        raise SpecError(f"bound {name} must be a number or a percentage, not {text!r}")
    value = float(found[1])
    value = value / 100 * (1 << bits) if found[2] else value
    if value > 1 << bits:
        raise SpecError(f"bound {name} must be at most 100% or {1 << bits}, not {text!r}")
    return value
