"""What a layer's activations make of each weight code: a slope, and what is left."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.golden.products import products_of, weight_offset
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["Regression", "regression"]


@dataclass(frozen=True, eq=False)
class Regression:
    """Least squares of a multiplier's products on the activation, for every weight code.

    ``table[a, c] = slope[c] * a + constant + residual`` for activations as a layer reads them.

    Parameters
    ----------
    slope : float64[256]
        By stored weight code plus 128.
    residual_variance : float64[256]
        The same; infinite for codes that the multiplier cannot take.
    """

    slope: NDArray[np.float64]
    residual_variance: NDArray[np.float64]


def regression(statistics: LayerStatistics, choice: Choice) -> Regression:
    """Regress the products of a multiplier's mode under a layer's histogram of activations."""
    plain = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
    layer = statistics.layer
    products = products_of(layer, plain, statistics.zero_point, statistics.highest)
    kind = find(choice.multiplier).w_kind
    half = 1 << (kind.width - 1)
    codes = np.arange(-half, half)
    table = products.tables[0][:, kind.encode(codes + weight_offset(kind))].astype(np.float64)

    p = statistics.histogram
    centred = np.arange(256.0) - p @ np.arange(256.0)
    variance = float(p @ centred**2)
    residual = table - p @ table
    slope = (p * centred) @ residual / variance if variance else np.zeros(len(codes))
    residual -= centred[:, None] * slope
    inside = slice(128 - half, 128 + half)
    found = Regression(np.zeros(256), np.full(256, np.inf))
    found.slope[inside] = slope
    found.residual_variance[inside] = p @ residual**2
    return found
