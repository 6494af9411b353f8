"""Quantization of 8 bits or fewer against its definition, layer by layer."""

import numpy as np
import pytest

from hwgen import golden
from hwgen.network.graph import Convolution, Pool
from hwgen.network.onnx import load
from tests.golden.onnx_reference import disagreement
from tests.network.onnx.quant import Builder, reference

SCALES = np.linspace(0.011, 0.023, 6).reshape(6, 1, 1, 1)


def network_of(form):
    """Input of 8 bits; convolutions with weights of 4 and 3 bits; a fully connected layer of 2."""
    builder = Builder((3, 8, 7), form)
    source = builder.quant("image", 0.031, 8, zero=100)
    weights = builder.weights("w1", (6, 3, 3, 3), SCALES, 4, narrow=1)
    bias = builder.constant("b1", builder.rng.normal(0, 0.2, 6))
    bias = builder.quant(bias, 0.031 * SCALES.reshape(-1), 32, signed=1)
    builder.node("Conv", [source, weights, bias], "first", pads=[1, 1, 1, 1])
    builder.node("Relu", ["first"], "relu")
    real = builder.quant("relu", 0.0437, 4)
    real = builder.node("MaxPool", [real], "pool", kernel_shape=[2, 2], strides=[2, 2])
    weights = builder.weights("w2", (6, 1, 3, 3), 0.071, 3)
    builder.node("Conv", [real, weights], "second", group=6, pads=[1, 1, 1, 1])
    real = builder.quant("second", 0.0313, 6, signed=1, narrow=1)
    real = builder.node("Flatten", [real], "flat")
    weights = builder.weights("w3", (10, 72), 0.33, 2)
    if form == "quant":
        weights = builder.node("Transpose", [weights], "turned", perm=[1, 0])
        builder.node("MatMul", [real, weights], "last")
    else:
        builder.node("Gemm", [real, weights], "last", transB=1)
    builder.quant("last", 0.0927, 8, signed=1)
    layers = {"first": "relu.quant", "pool": "pool", "second": "second.quant", "last": "last.quant"}
    return builder, "last.quant", layers


@pytest.mark.parametrize("form", ["quant", "qcdq"])
def test_every_layer_agrees(form, tmp_path):
    builder, output, tensors = network_of(form)
    path = builder.save(tmp_path / "m.onnx", output)
    network = load(path)
    assert [layer.name for layer in network.layers] == list(tensors)
    images = np.random.default_rng(3).integers(0, 256, (64, *network.input_shape), np.uint8)
    expected = reference(path, network, tensors, images)
    for layer in network.layers:
        found = golden.step(network, layer, expected, golden.exact_mapping(network))
        share, largest = disagreement(found, expected[layer.name])
        assert share <= 1e-3, layer.name
        assert largest <= 1, layer.name
        assert len(np.unique(found)) > 10, f"{layer.name} is too flat to judge"


@pytest.mark.parametrize("form", ["quant", "qcdq"])
def test_few_bits_use_the_lower_end_of_the_codes(form, tmp_path):
    builder, output, _ = network_of(form)
    first, pool, second, last = load(builder.save(tmp_path / "m.onnx", output)).layers
    assert isinstance(first, Convolution)
    assert isinstance(pool, Pool)
    assert (first.low, first.high, first.quantization.zero_point) == (0, 15, 0)
    assert (second.low, second.high, second.quantization.zero_point) == (1, 63, 32)
    assert (last.low, last.high, last.quantization.zero_point) == (0, 255, 128)
    assert (first.weights.min(), first.weights.max()) == (-7, 7)  # narrow
    assert (second.weights.min(), second.weights.max()) == (-4, 3)
    assert (last.weights.min(), last.weights.max()) == (-2, 1)


@pytest.mark.parametrize("form", ["quant", "qcdq"])
def test_an_input_of_few_bits_is_limited_by_a_layer(form, tmp_path):
    builder = Builder((2, 3, 3), form)
    real = builder.quant("image", 0.1, 4, zero=3)
    builder.node("MaxPool", [real], "pool", kernel_shape=[2, 2])
    builder.quant("pool", 0.1, 4, zero=3)
    network = load(builder.save(tmp_path / "m.onnx", "pool.quant"))
    images = np.arange(256, dtype=np.uint8).reshape(-1, 2, 2, 1).repeat(2, axis=3)
    images = np.pad(images, ((0, 0), (0, 1), (0, 1), (0, 0)))
    found = golden.run(network, images, golden.exact_mapping(network))[network.layers[-1].name]
    assert found.max() == 15
    np.testing.assert_array_equal(
        found[:, 0, 0, 0], np.minimum(images[:, :2, :2, 0].max(axis=(1, 2)), 15)
    )
