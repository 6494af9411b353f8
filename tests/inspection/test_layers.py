"""What is said of layers is true of them."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.errors import SpecError
from hwgen.golden import products_of
from hwgen.inspection.codes import measured_codes, possible_codes
from hwgen.inspection.layers import layer_facts
from hwgen.network.graph import Quantization, Rescale
from hwgen.network.kinds import kind_of
from hwgen.network.limits import highest_code
from hwgen.spec.mapping import LayerMapping


def facts(network, name):
    codes = possible_codes(network)
    layer = next(x for x in network.layers if x.name == name)
    return layer_facts(layer, network, codes, codes)


def test_kinds_tell_window_and_stride(network):
    assert {layer.name: kind_of(layer, network) for layer in network.layers} == {
        "plain": "convolution 3x3",
        "deep": "depthwise 3x1/2x1",
        "grouped": "grouped 2x2/2",
        "slice": "slice",
        "pad": "pad",
        "add": "add",
        "concat": "concat",
        "same": "requantize",
        "largest": "max pool 2x2/2",
        "mean": "global average",
        "flat": "reshape",
        "full": "fully connected",
        "softmax": "softmax",
    }


def test_codes_are_those_of_clamps_and_of_what_is_moved(network):
    assert possible_codes(network) == {
        "x": (0, 255),
        "plain": (10, 90),
        "deep": (0, 255),
        "grouped": (0, 255),
        "slice": (10, 90),
        "pad": (5, 90),
        "add": (0, 255),
        "concat": (0, 200),
        "same": (3, 30),
        "largest": (0, 255),
        "mean": (0, 255),
        "flat": (0, 255),
        "full": (0, 255),
        "softmax": (0, 255),
    }


def test_upper_bounds_are_those_that_mappings_are_held_to(network):
    for name, (_, high) in possible_codes(network).items():
        assert high == highest_code(network, name)


def test_images_too_large_to_measure_are_refused(network, monkeypatch):
    monkeypatch.setattr("hwgen.inspection.codes.MEMORY", 1000)
    images = np.zeros((1, *network.input_shape), np.uint8)
    with pytest.raises(SpecError, match=r"^inspect needs \d+ MB for the tensors of one image, not"):
        measured_codes(network, images)


def test_measured_codes_are_the_extremes_of_all_images(network):
    images = np.random.default_rng(0).integers(0, 256, (37, 8, 8, 2), np.uint8)
    found = measured_codes(network, images)
    tensors = golden.run(network, images, golden.exact_mapping(network))
    assert found == {name: (codes.min(), codes.max()) for name, codes in tensors.items()}


def test_sizes_and_operations(network):
    plain, deep, add = (facts(network, name) for name in ("plain", "deep", "add"))
    assert (plain.weights.fan_in, plain.weights.parameters) == (18, 4 * 18 + 4)
    assert plain.operations == 8 * 8 * 4 * 18
    assert (deep.weights.fan_in, deep.operations) == (3, 4 * 8 * 4 * 3)
    assert (add.weights, add.operations) == (None, 0)
    assert add.inputs == ("grouped", "pad")
    assert add.reads == (0, 255)  # of both
    assert (deep.input_shape, deep.shape, deep.scale, deep.zero_point) == (
        (8, 8, 4),
        (4, 8, 4),
        0.5,
        10,
    )


@pytest.mark.parametrize(
    ("rounding", "rescale"),
    [("single", Rescale(3 << 28, 0, 31)), ("double", Rescale(3 << 28, 1, 1))],
)
def test_scales_of_weights_follow_from_rescaling(network, rounding, rescale):
    plain = replace(network.layers[0], rounding=rounding, rescale=(rescale,) * 4)
    changed = replace(network, layers=(plain, *network.layers[1:]))
    # input scale * weight scale / output scale = 3/8
    assert facts(changed, "plain").weights.scales == (0.375 * 0.5 / 0.25,) * 2


@pytest.mark.parametrize(
    ("high", "zero_point", "extremes", "bits"),
    [
        (255, 10, (-3, 7), (8, 4)),
        (15, 3, (-8, 7), (4, 4)),
        (16, 3, (-9, 0), (5, 5)),
        (15, 100, (0, 8), (7, 5)),  # padding reads the zero point
        (15, 3, (-128, 0), (4, 8)),
    ],
)
def test_bits_are_the_narrowest_that_a_mapping_admits(network, high, zero_point, extremes, bits):
    quantization = Quantization(0.5, zero_point)
    plain = replace(network.layers[0], low=0, high=high, quantization=quantization)
    deep = network.layers[1]
    weights = deep.weights.copy()
    weights.reshape(-1)[:2] = extremes
    deep = replace(deep, weights=weights)
    changed = replace(network, layers=(plain, deep, *network.layers[2:]))
    found = facts(changed, "deep").weights
    assert (found.activation_bits, found.weight_bits) == bits

    for width in (4, 5, 6, 7):  # both operands of these multipliers are so narrow
        mapping = LayerMapping(multiplier=f"exact_dadda_u{width}xs{width}")
        if width >= max(bits):
            products_of(deep, mapping, zero_point, high)
        else:
            with pytest.raises(SpecError):
                products_of(deep, mapping, zero_point, high)
