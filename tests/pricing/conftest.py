"""A network of two layers, small enough to be walked through product by product."""

import numpy as np
import pytest

from hwgen.cost.technology import Technology
from hwgen.network.graph import Convolution, Network, Quantization, Rescale


def convolution(name, source, shape, weights, padding):
    count = len(weights)
    return Convolution(
        name=name,
        inputs=(source,),
        shape=shape,
        quantization=Quantization(1.0, 7),
        weights=weights,
        bias=np.zeros(count, np.int32),
        stride=(1, 1),
        padding=padding,
        rescale=(Rescale(1 << 30, 0, 36),) * count,
    )


@pytest.fixture(scope="module")
def network():
    rng = np.random.default_rng(1)
    first = rng.integers(-127, 128, (3, 3, 3, 1)).astype(np.int8)
    last = rng.integers(-127, 128, (3, 2, 2, 3)).astype(np.int8)
    return Network(
        input_name="input",
        input_shape=(2, 2, 1),
        input_quantization=Quantization(1.0, 9),
        layers=(
            convolution("first", "input", (2, 2, 3), first, (1, 1, 1, 1)),
            convolution("last", "first", (1, 1, 3), last, (0, 0, 0, 0)),
        ),
    )


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(2).integers(0, 256, (2, 2, 2, 1), dtype=np.uint8)


@pytest.fixture(scope="module")
def generic():
    return Technology.load()
