"""A network with a layer of every kind, small enough to be judged by hand."""

import numpy as np
import pytest

from hwgen.emulation import Emulator
from hwgen.network.graph import (
    Add,
    Concat,
    Convolution,
    Network,
    Pad,
    Pool,
    Quantization,
    Rescale,
    Reshape,
    Slice,
    Softmax,
)

SCALE = 1 / 16


def q(zero_point, scale=SCALE):
    return Quantization(scale, zero_point)


def convolution(name, source, shape, weights, factor, zero_point=0, **fields):
    """``factor`` of the accumulators: input scale times weight scale by output scale."""
    rescale = Rescale(int(factor * (1 << 40)), 0, 40)
    return Convolution(
        name=name,
        inputs=(source,),
        shape=shape,
        quantization=q(zero_point),
        weights=weights,
        bias=np.arange(len(weights), dtype=np.int32) * 50,
        rescale=(rescale,) * len(weights),
        **{"stride": (1, 1), "padding": (0, 0, 0, 0), **fields},
    )


@pytest.fixture(scope="session")
def network():
    rng = np.random.default_rng(3)

    def weights(*shape):
        return rng.integers(-127, 128, shape, np.int8)

    one = Rescale(1, 0, 0)
    layers = (
        convolution("stem", "image", (6, 6, 4), weights(4, 3, 3, 2), 1 / 300, padding=(1,) * 4),
        convolution(
            "depthwise",
            "stem",
            (6, 6, 4),
            weights(4, 3, 3, 1),
            1 / 200,
            120,
            groups=4,
            padding=(1,) * 4,
            weight_zero_points=(5, -3, 0, 9),
        ),
        Add(
            name="sum",
            inputs=("depthwise", "stem"),
            shape=(6, 6, 4),
            quantization=q(100),
            operands=(Rescale(1 << 20, 0, 0), Rescale(1 << 20, 0, 0)),
            total=Rescale(1, 0, 20),
        ),
        Pool(
            name="max",
            inputs=("sum",),
            shape=(3, 3, 4),
            quantization=q(100),
            kind="max",
            kernel=(2, 2),
            stride=(2, 2),
            padding=(0, 0, 0, 0),
            rescale=one,
        ),
        Pool(
            name="average",
            inputs=("sum",),
            shape=(3, 3, 4),
            quantization=q(100),
            kind="average",
            kernel=(2, 2),
            stride=(2, 2),
            padding=(0, 0, 0, 0),
            rescale=Rescale(1, 0, 2),
        ),
        Concat(
            name="both",
            inputs=("max", "average"),
            shape=(3, 3, 8),
            quantization=q(100),
            axis=2,
        ),
        Slice(
            name="part",
            inputs=("both",),
            shape=(2, 2, 8),
            quantization=q(100),
            start=(0, 0, 0),
            step=(2, 2, 1),
        ),
        Pad(
            name="margin",
            inputs=("part",),
            shape=(3, 2, 8),
            quantization=q(100),
            before=(0, 0, 0),
            after=(1, 0, 0),
            fill=102,
        ),
        Reshape(name="flat", inputs=("margin",), shape=(1, 1, 48), quantization=q(100)),
        convolution("head", "flat", (1, 1, 5), weights(5, 1, 1, 48), 1 / 500, 128),
        Softmax(
            name="classes",
            inputs=("head",),
            shape=(1, 1, 5),
            quantization=q(0, 1 / 256),
            table=np.round(2**24 * np.exp(-SCALE * np.arange(256))).astype(np.int32),
            rescale=Rescale(1 << 8, 0, 0),
        ),
    )
    return Network(
        input_name="image",
        input_shape=(6, 6, 2),
        input_quantization=q(30),
        layers=layers,
    )


@pytest.fixture(scope="session")
def images():
    return np.random.default_rng(4).integers(0, 256, (40, 6, 6, 2), np.uint8)


@pytest.fixture(scope="session")
def emulator(network, images):
    return Emulator(network, images, kernel="numpy", threads=1)
