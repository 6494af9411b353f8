"""What a layer's activations make of each weight code: a slope, and what is left."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.golden.products import products_of, weight_offset
from hwgen.mapping.corrections.coarse import FINE, Coarse, coarseness
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["Regression", "regression", "view_of"]


@dataclass(frozen=True, eq=False)
class Regression:
    """Least squares of a multiplier's products on what it sees of the activation.

    ``table[a, c] = slope[c] * view(a) + constant + residual`` for activations as a layer reads
    them, for every weight code.

    Parameters
    ----------
    slope : float64[256]
        By stored weight code plus 128.
    residual_variance : float64[256]
        The same; infinite for codes that the multiplier cannot take.
    """

    slope: NDArray[np.float64]
    residual_variance: NDArray[np.float64]


def view_of(statistics: LayerStatistics, choices: Sequence[Choice]) -> Coarse:
    """What multipliers see of a layer's activations; of several: the activations."""
    if len(choices) > 1:
        return FINE
    found: Coarse = statistics.remembered(
        ("view", choices[0]),
        lambda: coarseness(_table(statistics, choices[0])[0], statistics.histogram),
    )
    return found


def regression(statistics: LayerStatistics, choice: Choice, view: Coarse = FINE) -> Regression:
    """Regress the products of a multiplier's mode under a layer's histogram of activations."""
    found: Regression = statistics.remembered(
        ("regression", choice, view), lambda: _regression(statistics, choice, view)
    )
    return found


def _regression(statistics: LayerStatistics, choice: Choice, view: Coarse) -> Regression:
    table, inside = _table(statistics, choice)
    p = statistics.histogram
    centred = view.values - p @ view.values
    variance = float(p @ centred**2)
    residual = table - p @ table
    slope = (p * centred) @ residual / variance if variance else np.zeros(table.shape[1])
    residual -= centred[:, None] * slope
    found = Regression(np.zeros(256), np.full(256, np.inf))
    found.slope[inside] = slope
    found.residual_variance[inside] = p @ residual**2
    return found


def _table(statistics: LayerStatistics, choice: Choice) -> tuple[NDArray[np.float64], slice]:
    """Products by stored activation code and weight code, and where the codes are in all."""
    plain = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
    zero_point, highest = statistics.zero_point, statistics.highest
    products = products_of(statistics.layer, plain, zero_point, highest)
    kind = find(choice.multiplier).w_kind
    half = 1 << (kind.width - 1)
    codes = kind.encode(np.arange(-half, half) + weight_offset(kind))
    return products.tables[0][:, codes].astype(np.float64), slice(128 - half, 128 + half)
