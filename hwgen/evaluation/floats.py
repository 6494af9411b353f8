"""The same network without rounding: what quantization itself costs.

Weights, biases and images are the dequantized codes, and every tensor is clamped to the values
that its codes can hold, as a ReLU that was folded into them needs; nothing is rounded. So a
difference from the integer network is the rounding of activations alone.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.im2col import im2col, windows
from hwgen.golden.move import concat, reshape, slices
from hwgen.golden.pool import taps_inside
from hwgen.network.graph import (
    Add,
    Concat,
    Convolution,
    Layer,
    Network,
    Pad,
    Pool,
    Quantization,
    Rescale,
    Reshape,
    Rounding,
    Slice,
    Softmax,
)

__all__ = ["Values", "dequantized", "run_floats"]

Values = NDArray[np.float64]


def dequantized(codes: NDArray[np.uint8], quantization: Quantization) -> Values:
    """What codes stand for."""
    return quantization.scale * (codes.astype(np.float64) - quantization.zero_point)


def run_floats(network: Network, images: NDArray[np.uint8]) -> dict[str, Values]:
    """Every tensor's values by name, the input included: ``[N, H, W, C]``."""
    tensors = {network.input_name: dequantized(images, network.input_quantization)}
    for layer in network.layers:
        inputs = [tensors[name] for name in layer.inputs]
        limits = dequantized(np.array([layer.low, layer.high], np.uint8), layer.quantization)
        tensors[layer.name] = np.clip(_step(network, layer, inputs), *limits)
    return tensors


def _step(network: Network, layer: Layer, inputs: Sequence[NDArray[Any]]) -> Values:
    read = network.quantizations[layer.inputs[0]].scale
    match layer:
        case Convolution():
            return _convolve(layer, inputs[0], read)
        case Add():
            return np.asarray(inputs[0] + inputs[1], np.float64)
        case Pool():
            return _pool(layer, inputs[0])
        case Softmax():
            return _softmax(layer, inputs[0], read)
        case Concat():
            return concat(layer, inputs).astype(np.float64)
        case Pad():
            fill = dequantized(np.array(layer.fill, np.uint8), layer.quantization)
            margins = [(0, 0), *zip(layer.before, layer.after, strict=True)]
            return np.pad(inputs[0], margins, constant_values=fill)
        case Slice():
            return slices(layer, inputs[0]).astype(np.float64)
        case Reshape():
            return reshape(layer, inputs[0]).astype(np.float64)
    raise TypeError(f"layer {layer.name} is of no known kind: {type(layer).__name__}")


def _convolve(layer: Convolution, values: Values, scale: float) -> Values:
    taps = im2col(values / scale, layer, 0.0)
    taps = taps.reshape(-1, layer.groups, layer.fan_in).swapaxes(0, 1)
    weights = layer.centred_weights.reshape(layer.groups, -1, layer.fan_in).astype(np.float64)
    sums = np.matmul(taps, weights.swapaxes(1, 2)).swapaxes(0, 1).reshape(-1, *layer.shape)
    units = np.array([_factor(x, layer.rounding) for x in layer.rescale])
    return np.asarray((sums + layer.bias) * units * layer.quantization.scale, np.float64)


def _factor(rescale: Rescale, rounding: Rounding) -> float:
    """The real number that a fixed-point factor stands for."""
    right = rescale.right + (31 if rounding == "double" else 0)
    return float(np.ldexp(float(rescale.multiplier), rescale.left - right))


def _pool(layer: Pool, values: Values) -> Values:
    if layer.kind == "max":
        cut = windows(values, layer.kernel, layer.stride, layer.padding, -np.inf)
        return np.asarray(cut.max(axis=(3, 4)), np.float64)
    cut = windows(values, layer.kernel, layer.stride, layer.padding, 0.0)
    whole = layer.kernel[0] * layer.kernel[1]
    counts = taps_inside(layer, values.shape[1:3])[..., None] if layer.by_taps else whole
    return np.asarray(cut.sum(axis=(3, 4)) / counts, np.float64)


def _softmax(layer: Softmax, values: Values, scale: float) -> Values:
    """The layer's table says by what the values are multiplied first."""
    one, next_one = layer.table[:2].astype(np.float64)
    beta = np.log(one / max(next_one, 1.0)) / scale
    powers = np.exp(beta * (values - values.max(axis=3, keepdims=True)))
    return np.asarray(powers / powers.sum(axis=3, keepdims=True), np.float64)
