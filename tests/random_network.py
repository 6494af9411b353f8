"""Small random networks that reach every corner of the hardware."""

import math

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.network.graph import Add, Convolution, Network, Pool, Quantization, Rescale
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["random_mapping", "random_network"]


def random_network(rng, rounding):
    """A convolution, one that keeps the shape, their sum, a pooling, and a classifier.

    Strides, paddings, zero points, channel counts and the kind of pooling are drawn.
    """
    shape = (int(rng.integers(4, 8)), int(rng.integers(4, 8)), int(rng.integers(1, 5)))
    layers = []
    quantizations = {"image": _quantization(rng)}

    def put(layer):
        layers.append(layer)
        quantizations[layer.name] = layer.quantization
        return layer

    channels = int(rng.integers(2, 7))
    kernel = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
    stride = (int(rng.integers(1, 3)), int(rng.integers(1, 3)))
    padding = tuple(int(rng.integers(0, side)) for side in kernel * 2)
    stem = put(
        _convolution(rng, "stem", "image", shape, channels, kernel, stride, padding, rounding)
    )
    body = put(
        _convolution(rng, "body", "stem", stem.shape, channels, (3, 3), (1, 1), (1,) * 4, rounding)
    )
    total = put(_add(rng, body, stem, rounding))
    pooled = put(_pool(rng, total, rounding))
    put(
        _convolution(
            rng, "classes", "pool", pooled.shape, 5, pooled.shape[:2], (1, 1), (0,) * 4, rounding
        )
    )
    return Network(
        input_name="image",
        input_shape=shape,
        input_quantization=quantizations["image"],
        layers=tuple(layers),
    )


def random_mapping(rng, network, name):
    """Random modes and bias updates for one multiplier."""
    modes = len(find(name).modes)
    return Mapping(
        {
            layer.name: LayerMapping(
                multiplier=name,
                mode=int(rng.integers(modes)),
                bias_update=tuple(int(x) for x in rng.integers(-99, 100, layer.shape[2])),
            )
            for layer in network.convolutions
        }
    )


def _quantization(rng):
    return Quantization(scale=1.0, zero_point=int(rng.integers(0, 200)))


def _rescale(rng, factor, rounding):
    mantissa, exponent = math.frexp(factor * rng.uniform(0.7, 1.4))
    multiplier, right = int(mantissa * (1 << 31)), 31 - exponent
    if rounding == "double":
        return Rescale(multiplier, max(0, exponent), max(0, -exponent))
    return Rescale(multiplier, 0, right)


def _convolution(rng, name, source, shape, filters, kernel, stride, padding, rounding):
    height, width, channels = shape
    top, left, bottom, right = padding
    fan_in = kernel[0] * kernel[1] * channels
    return Convolution(
        name=name,
        inputs=(source,),
        shape=(
            (height + top + bottom - kernel[0]) // stride[0] + 1,
            (width + left + right - kernel[1]) // stride[1] + 1,
            filters,
        ),
        quantization=_quantization(rng),
        low=int(rng.integers(0, 20)),
        high=int(rng.integers(230, 256)),
        rounding=rounding,
        weights=rng.integers(-127, 128, (filters, *kernel, channels)).astype(np.int8),
        bias=rng.integers(-20000, 20000, filters).astype(np.int32),
        stride=stride,
        padding=padding,
        rescale=tuple(
            _rescale(rng, 40 / (math.sqrt(fan_in) * 6000), rounding) for _ in range(filters)
        ),
    )


def _add(rng, first, second, rounding):
    if rounding == "double":
        operands = tuple(
            Rescale(int(rng.integers(1 << 30, 1 << 31)), 20, int(rng.integers(0, 3)))
            for _ in range(2)
        )
        total = Rescale(int(rng.integers(1 << 30, 1 << 31)), 0, 18)
    else:
        operands = tuple(Rescale(int(rng.integers(1 << 19, 1 << 21)), 0, 0) for _ in range(2))
        total = Rescale(1, 0, 21)
    return Add(
        name="sum",
        inputs=(first.name, second.name),
        shape=first.shape,
        quantization=_quantization(rng),
        rounding=rounding,
        operands=operands,
        total=total,
    )


def _pool(rng, source, rounding):
    height, width, channels = source.shape
    kernel = (int(rng.integers(1, min(3, height) + 1)), int(rng.integers(1, min(3, width) + 1)))
    stride = (int(rng.integers(1, 3)), int(rng.integers(1, 3)))
    kind = ("max", "average")[rng.integers(2)]
    padding = (0, 0, 0, 0)
    if kind == "max":
        padding = tuple(int(rng.integers(0, side)) for side in kernel * 2)
    taps = kernel[0] * kernel[1] if kind == "average" else 1
    top, left, bottom, right = padding
    return Pool(
        name="pool",
        inputs=(source.name,),
        shape=(
            (height + top + bottom - kernel[0]) // stride[0] + 1,
            (width + left + right - kernel[1]) // stride[1] + 1,
            channels,
        ),
        quantization=_quantization(rng),
        rounding=rounding,
        kind=kind,
        kernel=kernel,
        stride=stride,
        padding=padding,
        rescale=_rescale(rng, 1 / taps, rounding),
        offset=128 if kind == "average" and rounding == "double" else None,  # as TFLite's
    )
