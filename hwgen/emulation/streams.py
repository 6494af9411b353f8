"""Whole streams of operands, layer by layer, of one image."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hwgen.emulation.emulator import Emulator
from hwgen.golden.im2col import im2col
from hwgen.golden.products import Products, products_of
from hwgen.network.graph import Convolution, Network, Rescale
from hwgen.network.limits import highest_code
from hwgen.network.stream import LayerStream
from hwgen.spec.mapping import Mapping

__all__ = ["layer_streams"]


def layer_streams(
    network: Network,
    mapping: Mapping,
    image: NDArray[np.uint8],
    activity: Mapping | None = None,
) -> dict[str, LayerStream]:
    """Streams of every convolution, by its name; of each group where they are several filters.

    Parameters
    ----------
    network : Network
    mapping : Mapping
        Decides the weights.
    image : uint8[H, W, C]
    activity : Mapping, optional
        Decides the activations; default: ``mapping``. Hardware is compared with equal ones.
    """
    layers = network.convolutions
    names = sorted({x for layer in layers for x in (layer.inputs[0], layer.name)})
    tensors = (
        Emulator(network, image[None], reuse=False).evaluate(activity or mapping, names).outputs
    )
    found = {}
    for layer in layers:
        source = layer.inputs[0]
        zero_point = network.quantizations[source].zero_point
        own = mapping.layers[layer.name]
        products = products_of(layer, own, zero_point, highest_code(network, source))
        choices, _ = own.resolve(layer.centred_weights)
        filters = len(layer.weights)
        whole = LayerStream(
            a=im2col(tensors[source], layer, np.uint8(zero_point))[0],
            w=products.codes.reshape(filters, -1),
            choices=tuple((x.multiplier, x.mode) for x in choices),
            choice=products.choice.reshape(filters, -1),
            groups=layer.groups,
            parameters=_parameters(layer, products),
            double_rounding=layer.rounding == "double",
            clamp=(layer.quantization.zero_point, layer.low, layer.high),
            outputs=tensors[layer.name].reshape(-1, filters),
        )
        if layer.groups in (1, filters):
            found[layer.name] = whole
        else:
            parts = (_group(whole, number) for number in range(layer.groups))
            found |= {f"{layer.name} group {n}": part for n, part in enumerate(parts)}
    return found


def _parameters(layer: Convolution, products: Products) -> dict[str, NDArray[np.int64]]:
    """What a filter's sums are corrected and scaled with."""
    rescale = layer.rescale
    factors = [rescale] * len(layer.weights) if isinstance(rescale, Rescale) else rescale
    found = {
        name: np.array([getattr(x, name) for x in factors], np.int64)
        for name in ("multiplier", "left", "right")
    }
    return {**found, "bias": products.bias, "sum_factor": products.sum_factor}


def _group(stream: LayerStream, number: int) -> LayerStream:
    """One group of a stream, as a layer of its own."""
    filters, taps = stream.w.shape
    size = filters // stream.groups
    own = slice(number * size, (number + 1) * size)
    return replace(
        stream,
        a=stream.a[:, number * taps : (number + 1) * taps],
        w=stream.w[own],
        choice=stream.choice[own],
        groups=1,
        parameters={name: x[own] for name, x in stream.parameters.items()},
        outputs=stream.outputs[:, own],
    )
