"""Every operator and attribute of QDQ models against onnxruntime, on small models."""

import ml_dtypes
import numpy as np
import pytest

from hwgen.network.onnx import load
from tests.golden.onnx_reference import compare, reference_tensors
from tests.network.onnx.qdq import Builder

LARGEST_SHARE = 1e-3  # a float32 sum may fall on the other side of a tie
BIAS_UNIT = 0.03 * 0.004


def grouped_convolution():
    builder = Builder((6, 7, 9), 0.03, 77)
    weights = builder.weights("w", (4, 3, 3, 2), np.linspace(0.002, 0.005, 4))
    builder.node("Conv", [builder.source, weights], "conv", group=2, pads=[1, 0, 1, 1])
    return builder, builder.quantize("conv", 0.09, 120)


def depthwise_convolution_with_two_filters_per_channel():
    builder = Builder((5, 8, 8), 0.03, 20)
    weights = builder.weights("w", (10, 1, 3, 3), 0.004)
    bias = builder.dequantize("b", np.arange(-5000, 5000, 1000, np.int32), BIAS_UNIT)
    builder.node("Conv", [builder.source, weights, bias], "conv", group=5, strides=[2, 1])
    return builder, builder.quantize("conv", 0.06, 110)


def convolution_with_unsigned_weights():
    builder = Builder((3, 7, 7), 0.03, 40)
    weights = builder.weights("w", (4, 3, 3, 3), 0.004, zero_point=97, dtype=np.uint8)
    builder.node("Conv", [builder.source, weights], "conv", pads=[1, 1, 1, 1])
    return builder, builder.quantize("conv", 0.11, 90)


def convolution_with_a_zero_point_per_filter():
    builder = Builder((3, 7, 7), 0.03, 40)
    weights = builder.weights("w", (4, 3, 3, 3), [0.004] * 4, zero_point=[-128, -3, 0, 127])
    builder.node("Conv", [builder.source, weights], "conv", pads=[1, 1, 1, 1])
    return builder, builder.quantize("conv", 0.4, 90)


def depthwise_convolution_with_unsigned_weights_per_filter():
    builder = Builder((4, 7, 7), 0.03, 40)
    scales, zero_points = [0.003, 0.004, 0.005, 0.006], [0, 100, 128, 255]
    weights = builder.weights("w", (4, 1, 3, 3), scales, 0, zero_points, np.uint8)
    builder.node("Conv", [builder.source, weights], "conv", group=4, auto_pad=b"SAME_UPPER")
    return builder, builder.quantize("conv", 0.12, 100)


def convolution_padded_by_more_than_its_kernel():
    builder = Builder((2, 5, 6), 0.03, 200)
    weights = builder.weights("w", (3, 2, 1, 4), 0.004)
    builder.node("Conv", [builder.source, weights], "conv", pads=[2, 5, 0, 4], strides=[3, 2])
    return builder, builder.quantize("conv", 0.05, 130)


def flat_input():
    builder = Builder((40,), 0.03, 100)
    weights = builder.weights("w", (40, 30), 0.004, zero_point=3)
    hidden = builder.node("Relu", [builder.node("Gemm", [builder.source, weights], "fc")], "relu")
    hidden = builder.quantize(hidden, 0.05, 4)
    bias = builder.dequantize("b", np.arange(-900, 900, 200, np.int32), np.float32(0.05 * 0.004))
    weights = builder.weights("v", (9, 30), [0.004] * 9, 0, [5] * 9, seed=1)
    builder.node("Gemm", [hidden, weights, bias], "logits", transB=1)
    return builder, builder.quantize("logits", 0.08, 121)


def weights_turned_in_the_graph():
    builder = Builder((2, 3, 4), 0.03, 100)
    flat = builder.node("Flatten", [builder.source], "flat")
    weights = builder.weights("w", (11, 24), np.linspace(0.003, 0.005, 11))
    turned = builder.node("Transpose", [weights], "turned", perm=[1, 0])
    builder.node("MatMul", [flat, turned], "product")
    bias = builder.dequantize(
        "b", np.arange(11, dtype=np.int32) * 999, np.linspace(0.003, 0.005, 11) * 0.03
    )
    builder.node("Add", [bias, "product"], "sum")
    return builder, builder.quantize(builder.node("Relu", ["sum"], "relu"), 0.04, 6)


def bias_added_to_a_convolution():
    builder = Builder((2, 5, 5), 0.03, 100)
    builder.node("Conv", [builder.source, builder.weights("w", (3, 2, 3, 3), 0.004)], "conv")
    codes = np.array([900, -700, 88], np.int32).reshape(1, 3, 1, 1)
    builder.node("Add", ["conv", builder.dequantize("b", codes, BIAS_UNIT)], "sum")
    return builder, builder.quantize("sum", 0.05, 130)


def codes_of_four_bits():
    builder = Builder((3, 7, 7), 0.03, 100, opset=21)
    weights = np.random.default_rng(5).integers(-8, 8, (4, 3, 3, 3)).astype(ml_dtypes.int4)
    weights = builder.dequantize("w", weights, [0.04, 0.05, 0.06, 0.07])
    hidden = builder.node("Relu", [builder.node("Conv", [builder.source, weights], "conv")], "relu")
    hidden = builder.quantize(hidden, 0.31, 1, ml_dtypes.uint4)
    weights = np.random.default_rng(6).integers(0, 16, (4, 1, 3, 3)).astype(ml_dtypes.uint4)
    weights = builder.dequantize("v", weights, 0.04, zero_point=ml_dtypes.uint4(7))
    builder.node("Conv", [hidden, weights], "deep", group=4)
    return builder, builder.quantize("deep", 0.43, -2, ml_dtypes.int4)


def limits():
    builder = Builder((3, 6, 6), 0.031, 90)
    six = builder.constant("six", np.float32(6))
    zero = builder.constant("zero", np.float32(0))
    builder.node("Conv", [builder.source, builder.weights("w", (4, 3, 1, 1), 0.004)], "conv")
    limited = builder.quantize(builder.node("Clip", ["conv", zero, six], "relu6"), 0.0325, 9)
    limited = builder.node("Clip", [limited, "", builder.constant("two", np.float32(2.5))], "low")
    limited = builder.quantize(limited, 0.0213, 11)
    raised = builder.node("Clip", [limited, builder.constant("some", np.float32(0.31))], "high")
    return builder, builder.quantize(raised, 0.01719, 0)


def maxima():
    builder = Builder((3, 9, 10), 0.03, 90, np.uint8)
    largest = builder.node(
        "MaxPool", [builder.source], "max",
        kernel_shape=[2, 3], strides=[2, 3], pads=[0, 1, 1, 0], ceil_mode=1,
    )  # fmt: skip
    largest = builder.quantize(largest, 0.03, 90)
    return builder, builder.quantize(builder.node("GlobalMaxPool", [largest], "all"), 0.027, 80)


def average_that_counts_its_padding():
    return _average(pads=[1, 1, 1, 0], count_include_pad=1, strides=[2, 1])


def average_that_does_not_count_its_padding():
    return _average(pads=[1, 0, 1, 1], strides=[1, 2])


def average_that_hangs_over_the_edge():
    return _average(ceil_mode=1, strides=[2, 2], pads=[0, 1, 0, 1])


def average_of_the_same_size():
    return _average(auto_pad=b"SAME_LOWER")


def _average(**attributes):
    builder = Builder((3, 8, 7), 0.0313, 60)
    builder.node("AveragePool", [builder.source], "average", kernel_shape=[3, 2], **attributes)
    return builder, builder.quantize("average", 0.0217, 70)


def means():
    builder = Builder((3, 8, 7), 0.0313, 60)
    rows = builder.node("ReduceMean", [builder.source], "rows", axes=[3])
    rows = builder.quantize(rows, 0.0219, 50)
    lines = builder.node("ReduceMean", [rows], "lines", axes=[-2, -1], keepdims=0)
    return builder, builder.quantize(lines, 0.0117, 40)


def mean_with_axes_as_an_input():
    builder = Builder((3, 8, 7), 0.0313, 60, opset=18)
    axes = builder.constant("axes", np.array([2, 3]))
    mean = builder.node("ReduceMean", [builder.source, axes], "mean", keepdims=0)
    return builder, builder.quantize(mean, 0.0091, 40)


@pytest.mark.parametrize(
    "build",
    [
        grouped_convolution,
        depthwise_convolution_with_two_filters_per_channel,
        convolution_with_unsigned_weights,
        convolution_with_a_zero_point_per_filter,
        depthwise_convolution_with_unsigned_weights_per_filter,
        convolution_padded_by_more_than_its_kernel,
        flat_input,
        weights_turned_in_the_graph,
        bias_added_to_a_convolution,
        codes_of_four_bits,
        limits,
        maxima,
        average_that_counts_its_padding,
        average_that_does_not_count_its_padding,
        average_that_hangs_over_the_edge,
        average_of_the_same_size,
        means,
        mean_with_axes_as_an_input,
    ],
)
def test_operators_agree(build, tmp_path):
    builder, output = build()
    path = builder.save(tmp_path / "m.onnx", output)
    network = load(path)
    images = np.random.default_rng(4).integers(0, 256, (256, *network.input_shape), np.uint8)
    compare(network, reference_tensors(path, network, images), LARGEST_SHARE)
