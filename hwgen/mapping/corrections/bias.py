"""The bias update: what takes the mean error of each filter away."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.golden.products import Variate, products_of
from hwgen.mapping.corrections.moments import error_sums, tap_histograms
from hwgen.mapping.kinds import is_exact
from hwgen.network.graph import Convolution, Network
from hwgen.network.limits import highest_code
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["bias_update", "update_biases"]


def update_biases(
    network: Network,
    mapping: Mapping,
    tensor: Callable[[Mapping, str], NDArray[np.uint8]],
) -> Mapping:
    """``mapping`` with the bias update of every layer fitted anew, in execution order.

    Each layer's is that for the activations that the layers before it, approximated and updated,
    really make.

    Parameters
    ----------
    network : Network
    mapping : Mapping
    tensor : callable
        ``tensor(mapping, name)`` runs the calibration images under a mapping that holds at
        least the layers before the tensor ``name``, and returns that tensor.
    """
    updated: dict[str, LayerMapping] = {}
    for layer in network.convolutions:
        plain, source = mapping.layers[layer.name], layer.inputs[0]
        codes = tensor(Mapping(updated), source)
        zero_point = network.quantizations[source].zero_point
        highest = highest_code(network, source)
        update = bias_update(layer, plain, codes, zero_point, highest)
        updated[layer.name] = replace(plain, bias_update=update)
    return Mapping(updated)


def bias_update(
    layer: Convolution,
    mapping: LayerMapping,
    codes: NDArray[np.uint8],
    zero_point: int,
    highest: int = 255,
) -> tuple[int, ...]:
    """Mean of exact minus approximate accumulators per filter, over images and positions.

    Rounded to the nearest integer, halves up. As in LVRM (Tasoulas et al., TCAS-I 2020), with
    measured activations in place of a distribution. Empty when every entry is zero. With a
    control variate it holds the constant C0 that goes with its rounded factors.

    Parameters
    ----------
    layer : Convolution
    mapping : LayerMapping
        A bias update that it has already does not count.
    codes : uint8[N, H, W, C]
        The layer's input in the network whose earlier layers are approximated already.
    zero_point : int
        Code of zero in ``codes``: what padding reads.
    highest : int
        As in :func:`hwgen.golden.products.products_of`.
    """
    products = products_of(layer, mapping, zero_point, highest)
    if _is_exact(layer, mapping):
        return ()
    seen = tap_histograms(layer, codes, zero_point)
    count = int(seen[0, 0].sum())
    # Exact in float64 up to 2**53 / 2**17 activations per filter.
    sums = [int(x) for x in error_sums(layer, mapping, products, seen)]
    if products.variate is not None:
        scale = 1 << products.variate.fraction
        added = _variate_sums(layer, products.variate, seen)
        sums, count = [x * scale - y for x, y in zip(sums, added, strict=True)], count * scale
    update = tuple((2 * x + count) // (2 * count) for x in sums)
    return update if any(update) else ()


def _is_exact(layer: Convolution, mapping: LayerMapping) -> bool:
    """Whether nothing but a bias update tells the layer from an exact one."""
    if mapping.tuned_weights is not None or mapping.control_variate is not None:
        return False
    choices, _ = mapping.resolve(layer.centred_weights)
    return all(is_exact(find(choice.multiplier), choice.mode) for choice in choices)


def _variate_sums(layer: Convolution, variate: Variate, seen: NDArray[np.int64]) -> list[int]:
    """What the variate adds over all positions, times ``2**fraction``, for each filter."""
    by_group = (seen @ variate.x.astype(np.int64)).sum(axis=1)
    by_filter = by_group.repeat(len(layer.weights) // layer.groups)
    return [int(c) * int(x) for c, x in zip(variate.factor, by_filter, strict=True)]
