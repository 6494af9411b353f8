"""A problem small enough to be searched in milliseconds: two convolutions and a head."""

from dataclasses import replace

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.golden import exact_mapping, run
from hwgen.mapping.energy import Energies
from hwgen.mapping.problem import Problem
from hwgen.network.data import DataSet
from hwgen.network.graph import Convolution, Network, Quantization, Rescale
from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.mapping.rules import Choice

__all__ = ["TILES", "WEIGHTS", "convolution", "data_set", "energies", "network", "problem", "spec"]

WEIGHTS = (
    "exact",
    "precision_6x6",
    "truncated_7",
    "perforated_a2",
    "recursive_a4_w4",
    "truncated_steps",
    "dypr",
    "lvrm",
    "posneg_2",
)
TILES = ("exact", "precision_6x6", "truncated_7", "perforated_a2", "roup_0_6", "roup_1_4")


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


def data_set(of):
    """Labels are what the exact network says, so that every mapping can only lose."""
    rng = np.random.default_rng(6)
    pixels = rng.integers(0, 256, size=(90, 6, 6, 2), dtype=np.uint8)
    logits = run(of, pixels, exact_mapping(of))["head"].reshape(90, -1)
    labels = logits.argmax(axis=1)
    return DataSet(
        calibration_images=pixels[:60],
        calibration_labels=labels[:60],
        test_images=pixels[60:],
        test_labels=labels[60:],
    )


def energies(of, names):
    """Made up: less for what errs more, more for weights further from zero."""
    layers = tuple(layer.name for layer in of.convolutions)
    size = np.abs(np.arange(256, dtype=np.uint8).view(np.int8).astype(float)) / 128
    base = {
        "exact": 10.0,
        "roup_0_6": 9.0,
        "recursive_a4_w4": 8.8,
        "truncated_7": 7.5,
        "perforated_a2": 7.0,
        "roup_1_4": 6.5,
        "precision_6x6": 6.0,
    }
    tables = {}
    for name in names:
        for mode in range(len(find(name).modes)):
            first = base.get(name, 10.5) - 2.0 * mode
            tables[Choice(name, mode)] = np.array(
                [first * (1 + 0.1 * place) * (0.5 + size) for place in range(len(layers))]
            )
    return Energies(layers, tables)


def spec(form="weights"):
    """The 4x4 preset, of tiles three arrays, with room for a control variate."""
    held = 3 if form in ("tiles", "columns") else 1
    small = load_spec("4x4")
    return replace(small, form=form, multipliers=("exact",) * held, variate_bits=4)


def problem(form="weights", names=None):
    chosen = names or (TILES if form in ("tiles", "columns") else WEIGHTS)
    own = network()
    images = data_set(own)
    return Problem(
        own,
        images.calibration_images,
        images.calibration_labels,
        chosen,
        energies(own, chosen),
        spec(form),
        threads=1,
    )
