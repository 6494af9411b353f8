"""Weight tuning code by code: ALWANN's, and the same for what a layer really reads."""

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.arith.multiplier import Multiplier
from hwgen.golden.products import products_of, weight_offset
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.corrections import TunedWeights
from hwgen.spec.mapping.rules import Choice

__all__ = ["published", "published_codes", "weighted", "weighted_codes"]

SAME = 1e-9  # relative difference of costs that rounding alone makes


def published(statistics: LayerStatistics, mapping: LayerMapping) -> LayerMapping:
    """Every code replaced as :func:`published_codes` says, for its own multiplier and mode."""
    choices = _choices(statistics, mapping)
    found = [published_codes(find(x.multiplier), x.mode) for x in choices]
    return _replaced(statistics, mapping, found)


def weighted(statistics: LayerStatistics, mapping: LayerMapping) -> LayerMapping:
    """Every code replaced as :func:`weighted_codes` says, for its own multiplier and mode."""
    choices = _choices(statistics, mapping)
    return _replaced(statistics, mapping, [weighted_codes(statistics, x) for x in choices])


@cache
def published_codes(multiplier: Multiplier, mode: int) -> NDArray[np.int64]:
    """The tuned code of every weight code, by ALWANN (Mrazek et al., ICCAD 2019).

    ``w' = argmin sum_a |a * w - M(a, w')|`` over all activation codes alike, independent of the
    network. The weight's own code wins a tie, then the smallest. So it is in the authors'
    repository tf-approximate, for u8 operands; operands of other kinds take their place.

    Returns
    -------
    int64[2**width]
        By stored code, from ``-2**(width - 1)`` on. Read-only.
    """
    values = _values(multiplier)
    table = multiplier.table(mode)[:, multiplier.w_kind.encode(values)]
    costs = np.empty((len(values), len(values)), np.int64)
    for own, value in enumerate(values):
        exact = (multiplier.a_kind.values * value).astype(np.int32)
        costs[own] = np.abs(exact[:, None] - table).sum(axis=0, dtype=np.int64)
    found = _cheapest(costs == costs.min(axis=1, keepdims=True))
    found.setflags(write=False)
    return found


def weighted_codes(statistics: LayerStatistics, choice: Choice) -> NDArray[np.int64]:
    """The tuned code of every weight code for the activations that a layer's taps read.

    ``w' = argmin Var_a(a * w - M(a, w'))``: ALWANN's with the layer's histogram in place of
    uniform activations, and with the square of the error around its mean, as the bias update
    takes the mean away. Ties and the order of codes are those of :func:`published_codes`.
    """
    multiplier = find(choice.multiplier)
    values = _values(multiplier)
    plain = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
    zero_point, highest = statistics.zero_point, statistics.highest
    table = products_of(statistics.layer, plain, zero_point, highest).tables[0]
    p, activations = statistics.histogram, np.arange(256.0)
    centred = activations - p @ activations
    products = table[:, multiplier.w_kind.encode(values)].astype(np.float64)
    products -= p @ products
    own = (values.astype(np.float64) ** 2 * (p @ centred**2))[:, None]
    other = p @ products**2
    costs = own - 2 * values[:, None] * ((p * centred) @ products) + other
    # Small differences of large numbers: rounding is no reason to move a code.
    return _cheapest(costs <= costs.min(axis=1, keepdims=True) + SAME * (own + other))


def _choices(statistics: LayerStatistics, mapping: LayerMapping) -> tuple[Choice, ...]:
    """All that a layer multiplies with; a mapping that does not fit it is refused."""
    products_of(statistics.layer, mapping, statistics.zero_point, statistics.highest)
    return mapping.resolve(statistics.layer.centred_weights)[0]


def _replaced(
    statistics: LayerStatistics, mapping: LayerMapping, codes: list[NDArray[np.int64]]
) -> LayerMapping:
    """The mapping with each weight's code replaced, by the list of its choice."""
    layer = statistics.layer
    _, index = mapping.resolve(layer.centred_weights)
    by_choice = np.stack(codes)
    found = by_choice[index, layer.weights.astype(np.int64) + by_choice.shape[1] // 2]
    return replace(mapping, tuned_weights=TunedWeights.of(found))


def _values(multiplier: Multiplier) -> NDArray[np.int64]:
    """What the multiplier gets for the stored codes of its weights, in their order."""
    kind = multiplier.w_kind
    half = 1 << (kind.width - 1)
    return np.arange(-half, half) + weight_offset(kind)


def _cheapest(ties: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Of the best codes ``[own, code]`` of each code: its own, then the smallest."""
    own = np.arange(len(ties))
    chosen = np.where(ties[own, own], own, ties.argmax(axis=1))
    return np.asarray(chosen - len(ties) // 2, dtype=np.int64)
