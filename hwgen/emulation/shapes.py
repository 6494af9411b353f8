"""A layer of the graph as the kernels want it described."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.products import Products
from hwgen.kernels.layers.geometry import Geometry
from hwgen.kernels.layers.output import Output, Sums, Variate
from hwgen.network.graph import Add, Convolution, Layer, Network, Pool, Rescale

__all__ = ["add_output", "geometry_of", "output_of", "pool_output", "sums_of", "window_of"]

_outputs: WeakKeyDictionary[Convolution, Output] = WeakKeyDictionary()


def geometry_of(network: Network, layer: Convolution) -> Geometry:
    """Extents of a convolution; padding reads its input's zero point."""
    height, width, channels = network.shapes[layer.inputs[0]]
    filters, *kernel, _ = layer.weights.shape
    return Geometry(
        height=height,
        width=width,
        channels=channels,
        filters=filters,
        kernel=(kernel[0], kernel[1]),
        stride=layer.stride,
        padding=layer.padding,
        groups=layer.groups,
        out_height=layer.shape[0],
        out_width=layer.shape[1],
        fill=network.quantizations[layer.inputs[0]].zero_point,
    )


def output_of(layer: Convolution) -> Output:
    """Requantization of a convolution: one object per layer, so that what follows from it can be
    remembered from mapping to mapping."""
    if layer not in _outputs:
        _outputs[layer] = _output(layer, layer.rescale, layer.quantization.zero_point)
    return _outputs[layer]


def add_output(layer: Add) -> Output:
    """Requantization of a sum of two tensors."""
    return _output(layer, (layer.total,), layer.quantization.zero_point)


def pool_output(layer: Pool) -> Output:
    """Requantization of a pooled window, one for each number of taps where it depends on it."""
    base = layer.quantization.zero_point if layer.offset is None else layer.offset
    return _output(layer, layer.by_taps or (layer.rescale,), base)


def window_of(network: Network, layer: Pool) -> Geometry:
    """Extents of a pooling layer: as of a depthwise convolution."""
    height, width, channels = network.shapes[layer.inputs[0]]
    return Geometry(
        height=height,
        width=width,
        channels=channels,
        filters=channels,
        kernel=layer.kernel,
        stride=layer.stride,
        padding=layer.padding,
        groups=channels,
        out_height=layer.shape[0],
        out_width=layer.shape[1],
        fill=0,
    )


def _output(layer: Layer, rescale: Sequence[Rescale], zero_point: int) -> Output:
    numbers = {
        field: np.array([getattr(x, field) for x in rescale], np.int64)
        for field in ("multiplier", "left", "right")
    }
    return Output(
        **numbers,
        rounding=layer.rounding,
        zero_point=zero_point,
        low=layer.low,
        high=layer.high,
    )


def sums_of(products: Products, sum_factor: NDArray[np.int64] | None = None) -> Sums:
    """What is added to the products; ``sum_factor`` where it is another one."""
    taken = None
    if products.variate is not None:
        x = products.variate
        taken = Variate(x=x.x, factor=x.factor, fraction=x.fraction)
    return Sums(
        bias=products.bias,
        sum_factor=products.sum_factor if sum_factor is None else sum_factor,
        variate=taken,
    )
