"""What a mapping does to a network, counted weight by weight."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hwgen.golden import check_mapping
from hwgen.network.graph import Convolution, Network
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["MappedLayer", "Share", "mapped_layers"]

# Each level's rules, coarse to fine.
_LEVELS = {"filter": "filters", "kernel": "kernels", "range": "ranges", "weight": "weights"}


@dataclass(frozen=True)
class Share:
    """Weights that one choice has, and the level that decided it.

    Parameters
    ----------
    choice : Choice
    level : str
        ``layer``, or the finest one whose rules changed these weights.
    weights : float
        Of the layer's weights, in percent.
    """

    choice: Choice
    level: str
    weights: float


@dataclass(frozen=True, kw_only=True)
class MappedLayer:
    """One layer under its mapping.

    Parameters
    ----------
    name : str
    operations : int
        Multiplications per image.
    shares : tuple of Share
        By level, coarse to fine; the most frequent choice of each first.
    tuned : float or None
        Weight codes that tuning changed, in percent; None without tuned weights.
    """

    name: str
    operations: int
    shares: tuple[Share, ...]
    tuned: float | None


def mapped_layers(network: Network, mapping: Mapping) -> tuple[MappedLayer, ...]:
    """All layers that multiply, in execution order.

    Raises :exc:`SpecError` where the mapping does not fit the network.
    """
    check_mapping(network, mapping)
    return tuple(_mapped(layer, mapping.layers[layer.name]) for layer in network.convolutions)


def _mapped(layer: Convolution, mapping: LayerMapping) -> MappedLayer:
    tuned = None
    if mapping.tuned_weights is not None:
        codes = mapping.tuned_weights.codes(layer.weights.shape)
        tuned = 100 * float((codes != layer.weights).mean())
    return MappedLayer(
        name=layer.name,
        operations=layer.operations,
        shares=tuple(_shares(mapping, layer.centred_weights)),
        tuned=tuned,
    )


def _shares(mapping: LayerMapping, centred: NDArray[np.int64]) -> Iterator[Share]:
    numbers: dict[Choice, int] = {}
    stages = [_resolved(stage, centred, numbers) for stage in _stages(mapping)]
    level = np.zeros(centred.shape, np.int64)
    for number, (before, after) in enumerate(pairwise(stages), start=1):
        level[before != after] = number
    choices = list(numbers)
    pairs, counts = np.unique(level * len(choices) + stages[-1], return_counts=True)
    order = sorted(zip(pairs, counts, strict=True), key=lambda x: (x[0] // len(choices), -x[1]))
    names = ("layer", *_LEVELS)
    for pair, count in order:
        where, which = divmod(int(pair), len(choices))
        yield Share(choices[which], names[where], 100 * int(count) / centred.size)


def _stages(mapping: LayerMapping) -> Iterator[LayerMapping]:
    """The mapping with the rules of the coarsest levels only, one level more each time."""
    fields = list(_LEVELS.values())
    for known in range(len(fields) + 1):
        yield replace(mapping, **dict.fromkeys(fields[known:], ()))  # type: ignore[arg-type]


def _resolved(
    mapping: LayerMapping, centred: NDArray[np.int64], numbers: dict[Choice, int]
) -> NDArray[np.int64]:
    """Number of the choice of each weight; choices that are new get the next number."""
    choices, index = mapping.resolve(centred)
    own = [numbers.setdefault(choice, len(numbers)) for choice in choices]
    return np.array(own)[index]
