"""A network with a layer of every kind."""

import numpy as np
import pytest

from hwgen.network.exponential import exponentials, probability
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

HALF = Rescale(1 << 30, 0, 31)


def convolution(name, source, shape, kernel, channels, **settings):
    filters = shape[2]
    weights = np.zeros((filters, *kernel, channels), np.int8)
    weights.reshape(-1)[:2] = settings.pop("extremes", (-3, 7))
    return Convolution(
        name=name,
        inputs=(source,),
        shape=shape,
        quantization=settings.pop("quantization", Quantization(0.5, 10)),
        weights=weights,
        bias=np.zeros(filters, np.int32),
        stride=settings.pop("stride", (1, 1)),
        padding=settings.pop("padding", (0, 0, 0, 0)),
        rescale=settings.pop("rescale", (HALF,) * filters),
        **settings,
    )


def pool(name, source, shape, kind, kernel, stride, **settings):
    return Pool(
        name=name,
        inputs=(source,),
        shape=shape,
        quantization=Quantization(0.5, 10),
        kind=kind,
        kernel=kernel,
        stride=stride,
        padding=(0, 0, 0, 0),
        rescale=HALF,
        **settings,
    )


@pytest.fixture
def network():
    """Each layer's name says what it is."""
    same = {"quantization": Quantization(0.5, 10)}
    layers = (
        convolution("plain", "x", (8, 8, 4), (3, 3), 2, padding=(1,) * 4, low=10, high=90),
        convolution(
            "deep", "plain", (4, 8, 4), (3, 1), 1, stride=(2, 1), padding=(1, 0, 1, 0), groups=4
        ),
        convolution("grouped", "plain", (4, 4, 6), (2, 2), 2, stride=(2, 2), groups=2),
        Slice(
            name="slice",
            inputs=("plain",),
            shape=(4, 4, 4),
            start=(0, 0, 0),
            step=(2, 2, 1),
            **same,
        ),
        Pad(
            name="pad",
            inputs=("slice",),
            shape=(4, 4, 6),
            before=(0, 0, 1),
            after=(0, 0, 1),
            fill=5,
            **same,
        ),
        Add(
            name="add",
            inputs=("grouped", "pad"),
            shape=(4, 4, 6),
            operands=(HALF, HALF),
            total=HALF,
            **same,
        ),
        Concat(
            name="concat", inputs=("add", "pad"), shape=(4, 4, 12), axis=2, low=0, high=200, **same
        ),
        pool("same", "concat", (4, 4, 12), "max", (1, 1), (1, 1), low=3, high=30),
        pool("largest", "same", (2, 2, 12), "max", (2, 2), (2, 2)),
        pool("mean", "largest", (1, 1, 12), "average", (2, 2), (2, 2)),
        Reshape(name="flat", inputs=("mean",), shape=(1, 2, 6), **same),
        convolution("full", "flat", (1, 1, 3), (1, 2), 6),
        Softmax(
            name="softmax",
            inputs=("full",),
            shape=(1, 1, 3),
            quantization=Quantization(1 / 256, 0),
            table=exponentials(0.5),
            rescale=probability(1 / 256, 3),
        ),
    )
    return Network(
        input_name="x",
        input_shape=(8, 8, 2),
        input_quantization=Quantization(0.25, 128),
        layers=layers,
    )
