"""Operators on codes against onnxruntime, layer by layer, each fed with onnxruntime's own input."""

import numpy as np
import onnx
import pytest

from hwgen import golden
from hwgen.network.onnx import load
from hwgen.network.quantize import Scheme, quantize
from tests.golden.onnx_reference import disagreement
from tests.network.onnx.qoperator import Builder, reference

LARGEST_SHARE = 1e-3  # of a small model's codes: a float32 sum beside a tie


def convolutions():
    builder = Builder((4, 9, 8), 0.03, 77)
    weights = builder.weights((6, 4, 3, 3), np.linspace(0.002, 0.006, 6), np.zeros(6))
    builder.convolution(
        "codes", "wide", weights, 0.06, 120, builder.bias(6), pads=[2, 0, 1, 1], strides=[2, 1]
    )
    weights = builder.weights((6, 1, 3, 3), 0.01, 131, np.uint8)
    builder.convolution("wide", "deep", weights, 0.1137, 99, builder.bias(6), group=6)
    return builder, "deep"


def signed_codes():
    builder = Builder((3, 6, 6), 0.03, -5, np.int8)
    weights = builder.weights((4, 3, 3, 3), 0.004, 3)
    return builder, builder.convolution("codes", "conv", weights, 0.0517, -7)


def flat_layers():
    builder = Builder((3, 4, 5), 0.03, 60)
    builder.moved("Flatten", "codes", "flat")
    weights = builder.weights((60, 9), np.linspace(0.01, 0.02, 9), np.zeros(9))
    inputs = [*builder.operand("flat"), *weights]
    builder.node("QLinearMatMul", inputs, "product", 0.27, 130)
    inputs = [*builder.operand("product"), *builder.weights((7, 9), 0.02), builder.bias(7)]
    return builder, builder.microsoft("QGemm", inputs, "gemm", 0.9, 100, transB=1)


def sums():
    builder = Builder((5, 6, 6), 0.03, 20)
    builder.convolution("codes", "conv", builder.weights((5, 5, 1, 1), 0.004), 0.031, 100)
    inputs = [*builder.operand("conv"), *builder.operand("codes")]
    return builder, builder.microsoft("QLinearAdd", inputs, "sum", 0.047, 110)


def pools():
    builder = Builder((3, 9, 8), 0.03, 60)
    builder.moved("MaxPool", "codes", "max", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1])
    builder.microsoft(
        "QLinearAveragePool", builder.operand("max"), "average", 0.0313, 0, kernel_shape=[3, 2]
    )
    return builder, builder.microsoft(
        "QLinearGlobalAveragePool", builder.operand("average"), "all", 0.0291, 0
    )


def joined():
    builder = Builder((3, 5, 5), 0.03, 60)
    builder.convolution("codes", "conv", builder.weights((4, 3, 1, 1), 0.004), 0.04117, 100)
    inputs = [*builder.operand("conv"), *builder.operand("codes")]
    parameters = builder.quantization["joined"] = builder.parameters("joined", 0.03, 60)
    return builder, builder.node(
        "QLinearConcat", [*parameters, *inputs], "joined", domain="com.microsoft", axis=1
    )


def margins():
    builder = Builder((3, 5, 5), 0.03, 60)
    pads = builder.constant("pads", np.array([0, 1, 2, 0, 0, 2, 0, 1]))
    margin = builder.constant("margin", np.uint8(17))
    builder.moved("Pad", "codes", "padded", pads, margin)
    starts, ends, axes, steps = (
        builder.constant(name, np.array(x))
        for name, x in (("from", [1, 0]), ("to", [7, 6]), ("axes", [2, 3]), ("steps", [2, 1]))
    )
    builder.moved("Slice", "padded", "sliced", starts, ends, axes, steps)
    pads = builder.constant("more", np.array([0, 0, 1, 1, 0, 0, 1, 1]))
    return builder, builder.moved("Pad", "sliced", "padded by code 0", pads)


@pytest.mark.parametrize(
    "make", [convolutions, signed_codes, flat_layers, sums, pools, joined, margins]
)
def test_every_layer_agrees(make, tmp_path):
    builder, output = make()
    path = builder.save(tmp_path / "m.onnx", output)
    network = load(path)
    images = np.random.default_rng(3).integers(0, 256, (24, *network.input_shape), np.uint8)
    expected = compare(path, network, images)
    assert set(network.shapes) - set(expected) <= {"joined.0"}  # codes in other units
    result = golden.run(network, images, golden.exact_mapping(network))[network.layers[-1].name]
    share, largest = disagreement(result, expected[network.layers[-1].name])
    assert share <= 0.02
    assert largest <= 2  # codes that are one off go on through the layers


def compare(path, network, images, limit=LARGEST_SHARE, least=20):
    """Check every layer that onnxruntime has codes of; return these."""
    nodes = onnx.load(path).graph.node
    outputs = {x.name: x.output[0] for x in nodes}
    tensors = {x.name: outputs[x.name] for x in network.layers if x.name in outputs}
    first = next(x.output[0] for x in nodes if x.op_type == "QuantizeLinear")
    expected = reference(path, network, {network.input_name: first} | tensors, images)
    np.testing.assert_array_equal(expected[network.input_name], images)
    known = dict(expected)
    for layer in network.layers:
        found = golden.step(network, layer, known, golden.exact_mapping(network))
        if known.setdefault(layer.name, found) is found:
            continue
        share, largest = disagreement(found, known[layer.name])
        assert share <= limit, layer.name
        assert largest <= 1, layer.name
        assert len(np.unique(found)) > least, f"{layer.name} is too flat to judge"
    return expected


MODELS = {  # what the model reads: a slope and an offset of the numbers in the data set
    "lenet5_mnist": ("mnist_test.npz", "images", 1 / 255, 0),
    "dscnn_mlperftiny_kws": ("kws_test.npz", "features_int8", 0.5847029, -83 * 0.5847029),
    "resnet8_mlperftiny_cifar10": ("cifar10_train.npz", "images", 1, 0),
    "resnet8_alwann_cifar10": ("cifar10_train.npz", "images", 1 / 128, -1),
    "resnet20_cifar10": ("cifar10_train.npz", "images", 1 / 64, -2),
}


@pytest.mark.parametrize("scheme", [{"per_channel": True}, {"weights": "u8", "symmetric": "none"}])
@pytest.mark.parametrize("name", MODELS)
def test_every_layer_of_a_real_model_agrees(name, scheme, shared_data, tmp_path):
    data, array, slope, offset = MODELS[name]
    model = shared_data / "models" / f"{name}_fp32.onnx"
    values = np.load(shared_data / data)[array][:24].astype(np.float32) * slope + offset
    values = values.reshape(len(values), *values.shape[1:3], -1).transpose(0, 3, 1, 2)
    values = values.astype(np.float32)
    path = tmp_path / "m.onnx"
    network = quantize(model, values, path, Scheme(format="qoperator", **scheme))
    source = network.input_quantization
    codes = np.rint(values / np.float32(source.scale)) + source.zero_point
    images = codes.clip(0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
    compare(path, network, images, limit=1e-4, least=5)
