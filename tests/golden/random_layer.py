"""One layer of random weights, and images for it."""

import numpy as np

from hwgen.network.graph import Convolution, Quantization, Rescale

__all__ = ["ZERO_POINT", "images", "layer"]

ZERO_POINT = 37


def layer(
    filters=4,
    kernel=(3, 2),
    channels=3,
    size=(5, 4),
    stride=(2, 1),
    padding=(1, 0, 2, 1),
    groups=1,
    low=-128,
    high=127,
    zero_points=(),
):
    rng = np.random.default_rng(7)
    shape = tuple(
        (size[i] + padding[i] + padding[i + 2] - kernel[i]) // stride[i] + 1 for i in (0, 1)
    )
    weights = rng.integers(low, high + 1, (filters, *kernel, channels // groups), np.int8)
    weights.flat[:2] = low, high
    return Convolution(
        name="layer",
        inputs=("image",),
        shape=(*shape, filters),
        quantization=Quantization(1.0, 0),
        weights=weights,
        weight_zero_points=zero_points,
        bias=rng.integers(-5000, 5000, filters).astype(np.int32),
        stride=stride,
        padding=padding,
        groups=groups,
        rescale=(Rescale(1 << 30, 0, 30),) * filters,
    )


def images(size=(5, 4), channels=3, count=2, high=255):
    codes = np.random.default_rng(8).integers(0, high + 1, (count, *size, channels), np.uint8)
    codes.flat[:2] = 0, high
    return codes
