"""Networks and specs to compile."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.network.graph import Convolution, Network, Pool, Quantization, Rescale
from hwgen.spec.accelerator import AcceleratorSpec
from tests.random_network import random_network


@pytest.fixture
def spec():
    """Plenty of everything."""
    return AcceleratorSpec(
        rows=3,
        cols=2,
        accumulator_depth=64,
        activation_bytes=4096,
        weight_words=4096,
        parameter_words=64,
        descriptor_words=64,
    )


@pytest.fixture
def network():
    """Layers stem, body, sum, pool and classes."""
    return random_network(np.random.default_rng(2), "single")


@pytest.fixture
def mapping(network):
    return golden.exact_mapping(network)


@pytest.fixture
def pool_of():
    """A network that is one pooling layer."""

    def make(input_shape, **changes):
        height, width, channels = input_shape
        layer = Pool(
            name="pool",
            inputs=("image",),
            shape=(height, width, channels),
            quantization=Quantization(scale=1.0, zero_point=0),
            kind="max",
            kernel=(1, 1),
            stride=(1, 1),
            padding=(0, 0, 0, 0),
            rescale=Rescale(1, 0, 0),
        )
        return network_of(input_shape, replace(layer, **changes))

    return make


@pytest.fixture
def convolution_of():
    """A network that is one convolution over its whole input, with one filter."""

    def make(weights, bias=0):
        weights = np.asarray(weights, dtype=np.int8)
        layer = Convolution(
            name="dense",
            inputs=("image",),
            shape=(1, 1, 1),
            quantization=Quantization(scale=1.0, zero_point=0),
            weights=weights[None],
            bias=np.array([bias], dtype=np.int32),
            stride=(1, 1),
            padding=(0, 0, 0, 0),
            rescale=(Rescale(1, 0, 0),),
        )
        return network_of(weights.shape, layer)

    return make


def network_of(input_shape, *layers):
    return Network(
        input_name="image",
        input_shape=input_shape,
        input_quantization=Quantization(scale=1.0, zero_point=0),
        layers=layers,
    )
