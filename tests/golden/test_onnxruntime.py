"""Golden against onnxruntime, layer by layer, each fed with onnxruntime's own input."""

import numpy as np
import pytest

from hwgen import golden
from hwgen.network import data, digits
from hwgen.network.onnx import load
from tests.golden.onnx_reference import compare, reference_tensors
from tests.network.onnx.qdq import Builder, small_model

# A float32 sum may fall on the other side of a tie: rarely, and never by more than one code.
LARGEST_SHARE = 1e-3


def check(path, network, images):
    """Check every layer on its own; return the reference's tensors."""
    reference = reference_tensors(path, network, images)
    np.testing.assert_array_equal(reference[network.input_name], images)
    compare(network, reference, LARGEST_SHARE)
    return reference


def test_every_layer_and_every_top_1_of_the_digits_agree():
    network = load(digits.model_path())
    images = data.load(digits.data_path(), network).test_images
    reference = check(digits.model_path(), network, images)
    found = golden.run(network, images, golden.exact_mapping(network))
    logits = network.layers[-1].name
    tops = [x[logits].reshape(360, -1).argmax(axis=1) for x in (found, reference)]
    np.testing.assert_array_equal(*tops)


def padded_by_a_zero_point_that_is_not_zero():
    builder = Builder((3, 9, 8), 0.03, 77)
    rng = np.random.default_rng(1)
    weights = builder.dequantize("w", rng.integers(-128, 128, (5, 3, 3, 2), np.int8), 0.004)
    bias = builder.dequantize("b", rng.integers(-3000, 3000, 5, np.int32), 0.03 * 0.004)
    builder.node("Conv", [builder.source, weights, bias], "conv", pads=[2, 0, 1, 1], strides=[2, 1])
    builder.quantize("conv", 0.06, 120)
    return builder, "conv.real"


def signed_activations():
    builder = Builder((3, 6, 6), 0.03, -5, np.int8)
    rng = np.random.default_rng(2)
    weights = builder.dequantize("w", rng.integers(-127, 128, (4, 3, 3, 3), np.int8), 0.004)
    builder.node("Conv", [builder.source, weights], "conv", pads=[1, 1, 1, 1])
    builder.quantize("conv", 0.05, -7, np.int8)
    return builder, "conv.real"


def relu_above_its_zero_point():
    builder = small_model(relu=False)
    builder.quantize(builder.node("Relu", ["conv"], "relu"), 0.4, 30)
    return builder, "relu.real"


def clip_within_the_codes():
    builder = small_model(relu=False)
    limits = [builder.constant("low", np.float32(-9)), builder.constant("high", np.float32(20))]
    builder.quantize(builder.node("Clip", ["conv", *limits], "clip"), 0.5, 100)
    return builder, "clip.real"


def pools():
    builder = Builder((3, 8, 8), 0.03, 60)
    maximum = builder.node(
        "MaxPool", [builder.source], "max", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]
    )
    maximum = builder.quantize(maximum, 0.025, 50)
    average = builder.node("AveragePool", [maximum], "average", kernel_shape=[3, 2], strides=[1, 2])
    average = builder.quantize(average, 0.0213, 10)  # in no simple ratio: few ties
    builder.quantize(builder.node("GlobalAveragePool", [average], "all"), 0.0171, 10)
    return builder, "all.real"


def residual_sum():
    builder = Builder((3, 6, 6), 0.03, 60)
    second = builder.node("MaxPool", [builder.source], "max", kernel_shape=[1, 1])
    second = builder.quantize(second, 0.05, 90)
    builder.quantize(builder.node("Add", [second, builder.source], "sum"), 0.043, 80)
    return builder, "sum.real"


def fully_connected():
    builder = Builder((3, 4, 5), 0.03, 20)
    flat = builder.node("Flatten", [builder.source], "flat")
    flat = builder.quantize(flat, 0.03, 20)
    rng = np.random.default_rng(3)
    scales = rng.uniform(0.001, 0.004, 40).astype(np.float32)
    codes = rng.integers(-127, 128, (60, 40), np.int8)
    weights = builder.dequantize("w", codes, scales, axis=1)
    hidden = builder.quantize(builder.node("MatMul", [flat, weights], "first"), 0.06, 128)
    codes = rng.integers(-127, 128, (7, 40), np.int8)
    weights = builder.dequantize("v", codes, 0.01)
    bias = builder.dequantize("b", rng.integers(-300, 300, 7, np.int32), np.float32(0.06) * 0.01)
    builder.node("Gemm", [hidden, weights, bias], "second", transB=1)
    builder.quantize("second", 0.3, 128)
    return builder, "second.real"


@pytest.mark.parametrize(
    "build",
    [
        padded_by_a_zero_point_that_is_not_zero,
        signed_activations,
        relu_above_its_zero_point,
        clip_within_the_codes,
        pools,
        residual_sum,
        fully_connected,
    ],
)
def test_operators_agree(build, tmp_path):
    builder, output = build()
    path = builder.save(tmp_path / "m.onnx", output)
    network = load(path)
    images = np.random.default_rng(4).integers(0, 256, (64, *network.input_shape), np.uint8)
    check(path, network, images)
