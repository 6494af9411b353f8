"""A problem small enough to be searched in milliseconds: two convolutions and a head."""

from types import SimpleNamespace

import numpy as np
import pytest

from hwgen.arith.catalogue import CATALOGUE
from hwgen.golden import exact_mapping, run
from hwgen.network.data import DataSet
from hwgen.network.graph import Convolution, Network, Quantization, Rescale
from hwgen.spec.accelerator_file import load_spec

NAMES = ("exact", "precision_6x6", "truncated_7", "truncated_steps")


def convolution(name, source, shape, weights, right, stride=(1, 1), padding=(0, 0, 0, 0), zero=0):
    filters = len(weights)
    return Convolution(
        name=name,
        inputs=(source,),
        shape=shape,
        quantization=Quantization(1.0, zero),
        weights=weights,
        bias=np.zeros(filters, np.int32),
        stride=stride,
        padding=padding,
        rescale=(Rescale(1, 0, right),) * filters,
    )


@pytest.fixture(scope="session")
def network():
    rng = np.random.default_rng(5)

    def weights(*shape):
        return rng.integers(-127, 128, size=shape, dtype=np.int8)

    layers = (
        convolution("one", "image", (6, 6, 4), weights(4, 3, 3, 2), 7, padding=(1, 1, 1, 1)),
        convolution("two", "one", (3, 3, 4), weights(4, 3, 3, 4), 8, (2, 2), (1, 1, 1, 1)),
        convolution("head", "two", (1, 1, 5), weights(5, 3, 3, 4), 10, zero=128),
    )
    return Network(
        input_name="image",
        input_shape=(6, 6, 2),
        input_quantization=Quantization(1.0, 3),
        layers=layers,
    )


@pytest.fixture(scope="session")
def images(network):
    """Labels are what the exact network says, so that every mapping can only lose."""
    rng = np.random.default_rng(6)
    pixels = rng.integers(0, 256, size=(90, 6, 6, 2), dtype=np.uint8)
    logits = run(network, pixels, exact_mapping(network))["head"].reshape(90, -1)
    labels = logits.argmax(axis=1)
    return DataSet(
        calibration_images=pixels[:60],
        calibration_labels=labels[:60],
        test_images=pixels[60:],
        test_labels=labels[60:],
    )


def cost(name, network):
    """Made-up figures: less energy for every mode further down."""
    base = {"exact": 10.0, "precision_6x6": 6.0, "truncated_7": 7.0}.get(name, 11.0)
    energy = {
        mode: {layer.name: base - 2.0 * mode for layer in network.convolutions}
        for mode in range(len(CATALOGUE[name].modes))
    }
    return SimpleNamespace(area_um2=10 * base, delay_ns=1.0, leakage_nw=2.0, energy_pj=energy)


@pytest.fixture(scope="session")
def costs(network):
    return {name: cost(name, network) for name in NAMES}


@pytest.fixture(scope="session")
def spec():
    return load_spec("4x4")
