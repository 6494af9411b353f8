"""Joint weight tuning: the codes of a filter, chosen together."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.golden.products import products_of, weight_offset
from hwgen.mapping.corrections.objective import Objective
from hwgen.mapping.corrections.regression import regression, view_of
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.mapping.energy import Energies
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.corrections import TunedWeights

__all__ = ["error_variance", "joint", "summed"]


def joint(
    statistics: LayerStatistics,
    mapping: LayerMapping,
    energies: Energies,
    baseline: str,
    thrift: float,
    x: NDArray[np.int32] | None = None,
) -> LayerMapping:
    """Codes that give the least error variance together, energy counted in.

    Each code's product is ``slope * a + constant + residual`` for the layer's activations, so a
    filter's error variance is ``(w - slope)' H (w - slope) + sum residual variances`` with the
    covariance ``H`` of what its taps read. One code after the other is chosen, and what it is
    off is made up for by those that are left: the recursion of GPTQ (Frantar et al., ICLR 2023),
    whose codes are rounded weights; the table's slopes in their place are ours. Constants are
    the bias update's. Where a multiplier sees a coarser activation, or the layers before are
    approximated, ``w`` gives way to the weights that make the most of what it does see.

    Parameters
    ----------
    thrift : float
        See :class:`~hwgen.mapping.design.Corrections`.
    x : int32[256], optional
        By stored activation code, what a control variate sums that is fitted afterwards.
    """
    shape = statistics.layer.weights.shape
    choices, index = mapping.resolve(statistics.layer.centred_weights)
    objective = Objective(statistics, choices, energies, baseline, thrift, x)
    places = objective.minimum(index.reshape(objective.shape))
    codes = (places % 256 - 128).reshape(shape)
    return replace(mapping, tuned_weights=TunedWeights.of(codes))


def summed(statistics: LayerStatistics, mapping: LayerMapping) -> NDArray[np.int32] | None:
    """What a mapping's control variate sums, by stored activation code."""
    if mapping.control_variate is None:
        return None
    variate = products_of(
        statistics.layer, mapping, statistics.zero_point, statistics.highest
    ).variate
    assert variate is not None
    return variate.x


def error_variance(statistics: LayerStatistics, mapping: LayerMapping) -> NDArray[np.float64]:
    """Variance of each filter's accumulator error, its mean taken away: float64[F].

    By the slopes and residuals of :func:`~hwgen.mapping.corrections.regression.regression`,
    whose residuals count as independent. A control variate counts with the best factors.
    """
    x = summed(statistics, mapping)
    layer = statistics.layer
    filters, taps = len(layer.weights), layer.fan_in
    choices, index = mapping.resolve(layer.centred_weights)
    index = index.reshape(filters, taps)
    tuned = mapping.tuned_weights
    codes = layer.weights if tuned is None else tuned.codes(layer.weights.shape)
    place = codes.reshape(filters, taps).astype(np.int64) + 128
    view = view_of(statistics, choices)
    found = [regression(statistics, choice, view) for choice in choices]
    slopes = np.stack([x.slope for x in found])[index, place]
    residual = np.stack([x.residual_variance for x in found])[index, place].sum(axis=1)
    offset = weight_offset(find(mapping.multiplier).w_kind)
    target = layer.weights.reshape(filters, taps).astype(np.float64) + offset
    centred = layer.centred_weights.reshape(filters, taps).astype(np.float64)
    linear = np.empty(filters)
    for group, rows in enumerate(np.split(np.arange(filters), layer.groups)):
        factors = statistics.factors(view, x)[group]
        linear[rows] = factors.variance(slopes[rows], target[rows], centred[rows])
    return np.asarray(linear + residual, dtype=np.float64)
