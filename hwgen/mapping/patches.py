"""How far a multiplier moves a layer's outputs: the error model of many patches."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.errors import SpecError
from hwgen.golden.products import activation_offset, products_of, weight_offset
from hwgen.mapping.corrections.statistics import LayerStatistics, scales, windows
from hwgen.mapping.problem import Problem
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["PATCHES", "OutputError", "output_error", "patches", "relative_errors"]

PATCHES = 512  # receptive fields, as published


class OutputError(NamedTuple):
    """Exact minus approximate accumulator of a layer, over its filters and positions.

    Parameters
    ----------
    mean, deviation : float
        In units of the accumulator. The deviation does not hold the mean.
    """

    mean: float
    deviation: float


def patches(statistics: LayerStatistics) -> NDArray[np.uint8]:
    """Receptive fields of a layer, drawn at random: uint8[patches, groups, fan_in]."""
    return windows(statistics.layer, statistics.codes, statistics.zero_point, PATCHES)


def output_error(
    statistics: LayerStatistics, choice: Choice, fields: NDArray[np.uint8]
) -> OutputError:
    """Predict the error of a layer's accumulators (Trommer et al., ICCAD 2022).

    With the error ``E`` of a product, the histogram ``p_i`` of receptive field ``i`` of ``S``,
    that of the layer's weights ``p_w``, and the fan-in ``K``::

        mu_i = sum E p_i p_w        s_i**2 = sum (E - mu_i)**2 p_i p_w / K
        mu = sum mu_i / S           s**2 = (sum (mu_i**2 + s_i**2) - (sum mu_i)**2 / S) / S

    the accumulator is off by ``K * mu`` in the mean, with a deviation of ``K * s``. How much
    ``mu_i`` differs between fields is what one histogram of all activations cannot tell. The
    weights of a field count as drawn from the histogram, each time anew. In a layer of groups,
    which the paper does not speak of, every group's fields meet its own weights.

    Parameters
    ----------
    statistics : LayerStatistics
    choice : Choice
    fields : uint8[S, groups, fan_in]
        Of :func:`patches`.

    Raises
    ------
    SpecError
        The layer's codes are too wide for the multiplier.
    """
    layer, multiplier = statistics.layer, find(choice.multiplier)
    plain = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
    products = products_of(layer, plain, statistics.zero_point, statistics.highest)
    activations = np.arange(256.0) - activation_offset(multiplier.a_kind)
    weights = layer.weights.astype(np.float64) + weight_offset(multiplier.w_kind)
    filters = len(weights) // layer.groups
    means, spreads = [], []
    for group in range(layer.groups):
        own = slice(group * filters, (group + 1) * filters)
        known, places, counts = np.unique(
            products.codes[own], return_index=True, return_counts=True
        )
        exact = activations[:, None] * weights[own].ravel()[places]
        error = exact - products.tables[0][:, known]
        share = counts / counts.sum()
        mu = (error @ share)[fields[:, group]].mean(axis=1)
        square = (error**2 @ share)[fields[:, group]].mean(axis=1)
        means.append(mu)
        spreads.append((square - mu**2) / layer.fan_in)
    mu, variance = np.concatenate(means), np.concatenate(spreads)
    total = (mu**2 + variance).mean() - mu.mean() ** 2
    return OutputError(layer.fan_in * float(mu.mean()), layer.fan_in * float(max(total, 0)) ** 0.5)


def relative_errors(problem: Problem, choices: Sequence[Choice]) -> NDArray[np.float64]:
    """Deviation of each layer's error, relative to that of its exact accumulators.

    Both are taken in units of the layer's output and as root mean square over filters, as the
    noise of a :class:`~hwgen.mapping.design.Probe` is. The mean error is left out: a bias
    update takes it away, and the paper does not look at it.

    Returns
    -------
    float64[layers, choices]
        Infinite where a layer cannot be multiplied so.
    """
    found = np.full((len(problem.layers), len(choices)), np.inf)
    for row, name in enumerate(problem.layers):
        statistics = problem.statistics(name)
        fields, scale = patches(statistics), scales(statistics.layer)
        own = np.sqrt((scale**2 * statistics.output_variance).mean())
        to_relative = np.sqrt((scale**2).mean()) / max(own, 1e-9)
        for column, choice in enumerate(choices):
            try:
                error = output_error(statistics, choice, fields)
            except SpecError:  # operands too narrow for this layer
                continue
            found[row, column] = error.deviation * to_relative
    return found
