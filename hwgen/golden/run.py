"""A whole network under a mapping, tensor by tensor."""

from collections.abc import Mapping as AbstractMapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError
from hwgen.golden.add import add
from hwgen.golden.convolution import convolve
from hwgen.golden.move import concat, pad, reshape, slices
from hwgen.golden.pool import pool
from hwgen.golden.softmax import softmax
from hwgen.network.graph import (
    Add,
    Concat,
    Convolution,
    Layer,
    Network,
    Pad,
    Pool,
    Reshape,
    Slice,
    Softmax,
)
from hwgen.network.limits import highest_code
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["accuracy", "check_mapping", "exact_mapping", "run", "step"]


def exact_mapping(network: Network) -> Mapping:
    """Every layer multiplied exactly."""
    return Mapping({layer.name: LayerMapping(multiplier="exact") for layer in network.convolutions})


def check_mapping(network: Network, mapping: Mapping) -> None:
    """Refuse a mapping that lacks a layer that multiplies, or names another one."""
    names = [layer.name for layer in network.convolutions]
    for name in names:
        if name not in mapping.layers:
            raise SpecError(f"mapping lacks the layer {name}")
    for name in mapping.layers:
        if name not in names:
            known = ", ".join(names if len(names) <= 8 else [*names[:7], "..."])
            raise SpecError(f"mapping must name layers that multiply ({known}), not {name}")


def run(
    network: Network, images: NDArray[np.uint8], mapping: Mapping
) -> dict[str, NDArray[np.uint8]]:
    """Every tensor of the network by name, the input included: ``[N, H, W, C]`` codes."""
    check_mapping(network, mapping)
    tensors = {network.input_name: images}
    for layer in network.layers:
        tensors[layer.name] = step(network, layer, tensors, mapping)
    return tensors


def step(
    network: Network,
    layer: Layer,
    tensors: AbstractMapping[str, NDArray[np.uint8]],
    mapping: Mapping,
) -> NDArray[np.uint8]:
    """Output codes of one layer; ``tensors`` holds at least its inputs."""
    codes = [tensors[name] for name in layer.inputs]
    zero_points = [network.quantizations[name].zero_point for name in layer.inputs]
    match layer:
        case Convolution():
            if layer.name not in mapping.layers:
                raise SpecError(f"mapping lacks the layer {layer.name}")
            highest = highest_code(network, layer.inputs[0])
            own = mapping.layers[layer.name]
            return convolve(layer, own, codes[0], zero_points[0], highest)
        case Add():
            return add(layer, (codes[0], codes[1]), (zero_points[0], zero_points[1]))
        case Pool():
            return pool(layer, codes[0], zero_points[0])
        case Softmax():
            return softmax(layer, codes[0])
        case Concat():
            return concat(layer, codes)
        case Pad():
            return pad(layer, codes[0])
        case Slice():
            return slices(layer, codes[0])
        case Reshape():
            return reshape(layer, codes[0])
    raise TypeError(f"layer {layer.name} is of no known kind: {type(layer).__name__}")


def accuracy(
    network: Network,
    images: NDArray[np.uint8],
    labels: NDArray[np.integer[Any]],
    mapping: Mapping,
) -> float:
    """Images whose largest logit is at their label, in percent; the first of equals wins."""
    logits = run(network, images, mapping)[network.layers[-1].name]
    hits = logits.reshape(len(images), -1).argmax(axis=1) == labels
    return 100 * float(hits.mean())
