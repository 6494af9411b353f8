"""A quantized ResNet-20 with random weights, for measurements that need no model file.

The topology is that of He et al. (CVPR 2016) for CIFAR-10 with shortcuts of option A: every other
pixel, channels padded.
"""

import math

import numpy as np

from hwgen.network.graph import (
    Add,
    Convolution,
    Network,
    Pad,
    Pool,
    Quantization,
    Rescale,
    Slice,
)

__all__ = ["resnet20"]

ZERO = Quantization(1.0, 0)  # after a ReLU
CENTRE = Quantization(1.0, 128)


def resnet20(seed=0):
    """The network; codes spread over their range as in a trained one."""
    rng = np.random.default_rng(seed)
    layers = [_convolution(rng, "stem", "image", (32, 32, 3), 16, 1, relu=True)]
    for stage, width in enumerate((16, 32, 64)):
        for block in range(3):
            stride = 2 if stage and not block else 1
            layers += _block(rng, f"block{stage}{block}", layers[-1], width, stride)
    pool = Pool(
        name="pool",
        inputs=(layers[-1].name,),
        shape=(1, 1, 64),
        quantization=ZERO,
        kind="average",
        kernel=(8, 8),
        stride=(1, 1),
        padding=(0, 0, 0, 0),
        rescale=Rescale(1 << 30, 0, 36),
    )
    classes = _convolution(rng, "classes", "pool", (1, 1, 64), 10, 1, relu=False, kernel=1)
    return Network(
        input_name="image",
        input_shape=(32, 32, 3),
        input_quantization=CENTRE,
        layers=(*layers, pool, classes),
    )


def _block(rng, name, before, width, stride):
    first = _convolution(rng, f"{name}a", before.name, before.shape, width, stride, relu=True)
    second = _convolution(rng, f"{name}b", first.name, first.shape, width, 1, relu=False)
    shortcut = []
    if stride == 2:
        height, across, channels = first.shape[0], first.shape[1], before.shape[2]
        shortcut.append(
            Slice(
                name=f"{name}slice",
                inputs=(before.name,),
                shape=(height, across, channels),
                quantization=ZERO,
                start=(0, 0, 0),
                step=(2, 2, 1),
            )
        )
        margin = (width - channels) // 2
        shortcut.append(
            Pad(
                name=f"{name}pad",
                inputs=(f"{name}slice",),
                shape=first.shape,
                quantization=ZERO,
                before=(0, 0, margin),
                after=(0, 0, margin),
                fill=0,
            )
        )
    total = Add(
        name=name,
        inputs=(second.name, shortcut[-1].name if shortcut else before.name),
        shape=second.shape,
        quantization=ZERO,
        operands=(Rescale(1 << 20, 0, 0), Rescale(7 << 17, 0, 0)),
        total=Rescale(1, 0, 20),
    )
    return [first, second, *shortcut, total]


def _convolution(rng, name, source, shape, filters, stride, *, relu, kernel=3):
    height, width, channels = shape
    margin = kernel // 2
    weights = rng.normal(0, 40, (filters, kernel, kernel, channels))
    # Codes with a mean square of 60**2 give sums of this size; they become codes of size 50.
    factor = 50 / (60 * 40 * math.sqrt(kernel * kernel * channels))
    mantissa, exponent = math.frexp(factor)
    return Convolution(
        name=name,
        inputs=(source,),
        shape=(height // stride, width // stride, filters),
        quantization=ZERO if relu else CENTRE,
        weights=np.clip(weights.round(), -127, 127).astype(np.int8),
        bias=rng.integers(-9999, 9999, filters).astype(np.int32),
        stride=(stride, stride),
        padding=(margin,) * 4,
        rescale=(Rescale(int(mantissa * (1 << 31)), 0, 31 - exponent),) * filters,
    )
