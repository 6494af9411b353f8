"""The control variate: what a sum of the activations' low bits tells of the errors."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.products import products_of
from hwgen.mapping.corrections.moments import error_sums, tap_histograms
from hwgen.network.graph import Convolution
from hwgen.spec.mapping import ControlVariate, LayerMapping
from hwgen.spec.mapping.corrections import VariateKind

__all__ = ["FRACTION", "control_variate", "rounded_factors"]

FRACTION = 8  # bits: a factor is then off by 0.2 % of a weight code


def control_variate(
    layer: Convolution,
    mapping: LayerMapping,
    codes: NDArray[np.uint8],
    zero_point: int,
    *,
    x: VariateKind,
    bits: int,
    fraction: int = FRACTION,
    highest: int = 255,
) -> ControlVariate:
    """Factors that take away what ``x`` tells of the error, for measured activations.

    Least squares for independent taps, whatever the multipliers (the general form of Zervakis
    et al., DAC 2021)::

        C[f] = sum_k Cov(error of product k, x of tap k) / sum_k Var(x of tap k)

    rounded to ``fraction`` bits, halves up; 0 where ``x`` never varies. Fit the bias update
    after it: that is C0.

    Parameters
    ----------
    layer, mapping, codes, zero_point, highest
        As :func:`bias_update` takes them; another control variate does not count.
    x, bits, fraction
        As in :class:`hwgen.spec.mapping.ControlVariate`.
    """
    filters = len(layer.weights)
    blank = ControlVariate(x=x, bits=bits, fraction=fraction, factors=(0,) * filters)
    products = products_of(layer, replace(mapping, control_variate=blank), zero_point, highest)
    assert products.variate is not None
    seen = tap_histograms(layer, codes, zero_point)
    probability = seen / seen[0, 0].sum()
    read = products.variate.x.astype(np.float64)
    centred = read - (probability @ read)[..., None]
    covariance = error_sums(layer, mapping, products, probability * centred)
    variance = (probability * centred**2).sum(axis=(1, 2)).repeat(filters // layer.groups)
    factors = np.divide(covariance, variance, out=np.zeros(filters), where=variance > 0)
    return replace(blank, factors=rounded_factors(factors, fraction))


def rounded_factors(factors: NDArray[np.float64], fraction: int) -> tuple[int, ...]:
    """Factors in units of ``2**-fraction``, halves up."""
    return tuple(int(x) for x in np.floor(factors * (1 << fraction) + 0.5))
