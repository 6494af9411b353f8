"""Errors of layers as the golden model makes them, for tests of what corrects them."""

from dataclasses import replace

import numpy as np

from hwgen import golden
from hwgen.spec.mapping import FilterRule, LayerMapping, RangeRule

ZERO_POINT = 3
EXACT = LayerMapping(multiplier="exact")
MIXED = LayerMapping(
    multiplier="truncated_7",
    filters=(FilterRule(filters="0-1", mode=0, multiplier="perforated_a2"),),
    ranges=(RangeRule(codes="-30..30", mode=0, multiplier="roup_1_4"),),
)


def random_codes(network, layer, count=40, seed=2):
    shape = network.shapes[layer.inputs[0]]
    return np.random.default_rng(seed).integers(0, 256, size=(count, *shape), dtype=np.uint8)


def accumulators(layer, mapping, codes):
    products = golden.products_of(layer, mapping, ZERO_POINT)
    return golden.accumulate(layer, products, codes, ZERO_POINT)


def errors(layer, mapping, codes):
    """Exact minus approximate, all positions of all images: [positions, F]."""
    error = accumulators(layer, EXACT, codes) - accumulators(layer, mapping, codes)
    return error.reshape(-1, error.shape[-1])


def grouped(layer):
    """The layer with two filters on each input channel."""
    channels = layer.weights.shape[3]
    weights = np.repeat(layer.weights[:channels, ..., :1], 2, axis=0)[: 2 * channels]
    return replace(
        layer,
        weights=weights,
        bias=np.resize(layer.bias, len(weights)),
        shape=(*layer.shape[:2], len(weights)),
        rescale=layer.rescale[:1] * len(weights),
        groups=channels,
    )
