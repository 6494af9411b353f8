"""Arithmetic without rounding, against the integers that round."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.evaluation.floats import dequantized, run_floats
from hwgen.network.graph import Layer, Network, Pool, Quantization, Rescale


def test_codes_stand_for_values():
    codes = np.array([0, 3, 255], np.uint8)
    assert dequantized(codes, Quantization(0.5, 3)).tolist() == [-1.5, 0.0, 126.0]


def test_every_kind_of_layer_is_off_by_its_rounding_only(network, images):
    """Each layer alone, fed with the exact network's own codes."""
    exact = golden.run(network, images, golden.exact_mapping(network))
    values = run_floats(network, images)
    np.testing.assert_array_equal(
        values[network.input_name], dequantized(images, network.input_quantization)
    )
    for layer in network.layers:
        source = layer.inputs[0]
        alone = Network(
            input_name=source,
            input_shape=network.shapes[source],
            input_quantization=network.quantizations[source],
            layers=(replace(layer, inputs=(source,) * len(layer.inputs)),),
        )
        codes = golden.run(alone, exact[source], golden.exact_mapping(alone))[layer.name]
        floats = run_floats(alone, exact[source])[layer.name]
        error = floats - dequantized(codes, layer.quantization)
        assert np.abs(error).max() <= 0.51 * layer.quantization.scale, layer.name
        assert len(np.unique(codes)) > 3, f"{layer.name} is too flat to judge"


def test_clamps_hold_without_rounding(network, images):
    low = replace(network.layers[0], low=90, high=100)
    found = run_floats(replace(network, layers=(low,)), images)["stem"]
    limits = dequantized(np.array([90, 100], np.uint8), low.quantization)
    assert (found.min(), found.max()) == tuple(limits)


def test_padding_counts_for_nothing_in_pools(network, images):
    common = {
        "name": "pool",
        "inputs": ("image",),
        "shape": (7, 7, 2),
        "quantization": network.input_quantization,
        "kernel": (2, 2),
        "stride": (1, 1),
        "padding": (1, 1, 1, 1),
        "rescale": Rescale(1, 0, 0),
    }
    values = dequantized(images, network.input_quantization)
    for pool, corner in (
        (Pool(kind="max", **common), 1),
        (Pool(kind="average", by_taps=(Rescale(1, 0, 0),) * 4, **common), 1),
        (Pool(kind="average", **common), 4),
    ):
        found = run_floats(replace(network, layers=(pool,)), images)["pool"]
        np.testing.assert_allclose(found[:, 0, 0], values[:, 0, 0] / corner)


def test_a_layer_of_no_known_kind_is_a_bug(network, images):
    stranger = Layer(
        name="odd", inputs=("image",), shape=(1, 1, 1), quantization=Quantization(1.0, 0)
    )
    with pytest.raises(TypeError, match=r"^layer odd is of no known kind: Layer$"):
        run_floats(replace(network, layers=(stranger,)), images)
