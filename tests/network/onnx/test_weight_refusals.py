"""Weights, biases and sums that hwgen does not execute are refused in one line."""

import numpy as np
import pytest

from tests.network.onnx.qdq import Builder, refused, small_model


def test_weights_that_are_not_quantized(tmp_path):
    builder = Builder((2, 4, 4))
    weights = builder.constant("w", np.ones((1, 2, 1, 1), np.float32))
    builder.quantize(builder.node("Conv", [builder.source, weights], "conv"), 0.1)
    refused(
        builder,
        tmp_path,
        "node conv (Conv): weights must be a constant quantized to s8 or u8",
        "conv.real",
    )


def test_weights_of_another_number_of_channels(tmp_path):
    builder = Builder((2, 4, 4))
    weights = builder.dequantize("w", np.ones((1, 3, 1, 1), np.int8), 0.01)
    builder.quantize(builder.node("Conv", [builder.source, weights], "conv"), 0.1)
    refused(
        builder,
        tmp_path,
        "node conv (Conv): weights must have 2 input channels, not 3",
        "conv.real",
    )


def test_weight_scales_along_the_wrong_axis(tmp_path):
    builder = Builder((2, 4, 4))
    weights = builder.dequantize("w", np.ones((2, 2, 1, 1), np.int8), [0.1, 0.2], axis=1)
    builder.quantize(builder.node("Conv", [builder.source, weights], "conv"), 0.1)
    refused(
        builder,
        tmp_path,
        "node conv (Conv): weight scales must run along axis 0, not 1",
        "conv.real",
    )


@pytest.mark.parametrize(
    ("operator", "shape", "message"),
    [
        ("Conv", (3, 2, 3), "weights must have 4 dimensions, none empty, not [3, 2, 3]"),
        ("Conv", (0, 2, 3, 3), "weights must have 4 dimensions, none empty, not [0, 2, 3, 3]"),
        ("MatMul", (1, 2, 3), "weights must have 2 dimensions, none empty, not [1, 2, 3]"),
    ],
)
def test_weights_of_other_dimensions(operator, shape, message, tmp_path):
    builder = Builder((2, 4, 4))
    weights = builder.dequantize("w", np.ones(shape, np.int8), 0.01)
    builder.node(operator, [builder.source, weights], "next")
    refused(builder, tmp_path, f"node next ({operator}): {message}", "next")


@pytest.mark.parametrize(
    ("bias", "message"),
    [
        (np.ones(2, np.float32), "the bias must hold 3 values, not 2"),
        (np.full(3, 1e9, np.float32), "the bias must fit into 32 bits of accumulator units"),
        (np.full(3, np.nan, np.float32), "the bias must fit into 32 bits of accumulator units"),
        (None, "the bias must be a constant"),
    ],
)
def test_a_bias_of_another_form(bias, message, tmp_path):
    builder = small_model()
    source = "relu.real" if bias is None else builder.constant("plain", bias)
    builder.node("Conv", [builder.source, "w.real", source], "next")
    refused(builder, tmp_path, f"node next (Conv): {message}")


def test_a_bias_in_other_units(tmp_path):
    builder = small_model(relu=False)
    builder.nodes.pop()  # the convolution with its own bias
    bias = builder.dequantize("other", np.ones(3, np.int32), 7.0)
    builder.quantize(builder.node("Conv", [builder.source, "w.real", bias], "next"), 0.1)
    refused(
        builder,
        tmp_path,
        "node next (Conv): the bias must be a multiple of the scale of input times weights, "
        "not 4666.67 times it",
        "next.real",
    )


def test_an_addition_of_a_constant(tmp_path):
    builder = small_model()
    constant = builder.dequantize("c", np.ones(1, np.int8), 1.0)
    builder.quantize(builder.node("Add", ["relu.real", constant], "sum"), 0.1)
    refused(
        builder,
        tmp_path,
        "node sum (Add): a constant must be added to what a layer multiplied, before that is "
        "quantized",
        "sum.real",
    )


@pytest.mark.parametrize(
    ("shape", "text"),
    [((3,), "[3]"), ((1, 3, 4, 1), "[1, 3, 4, 1]"), ((1, 1, 3, 1, 1), "[1, 1, 3, 1, 1]")],
)
def test_a_constant_that_is_no_bias(shape, text, tmp_path):
    builder = small_model(relu=False)
    builder.nodes.pop()
    builder.node("Conv", [builder.source, "w.real"], "plain")
    builder.node("Add", ["plain", builder.constant("c", np.ones(shape, np.float32))], "sum")
    refused(
        builder,
        tmp_path,
        "node sum (Add): a constant must have the shape [3, 1, 1], one value per channel, "
        f"not {text}",
        "sum",
    )


@pytest.mark.parametrize(("operator", "source"), [("AveragePool", "relu.real"), ("Relu", "conv")])
def test_a_constant_added_to_what_does_not_multiply(operator, source, tmp_path):
    builder = small_model()
    attributes = {"kernel_shape": [1, 1]} if operator == "AveragePool" else {}
    builder.node(operator, [source], "next", **attributes)
    constant = builder.constant("c", np.ones((3, 1, 1), np.float32))
    builder.node("Add", ["next", constant], "sum")
    name = "conv" if operator == "Relu" else "next"
    refused(
        builder,
        tmp_path,
        "node sum (Add): a constant must be added to a layer that multiplies and has no bias or "
        f"limits yet, not to {name}",
        "sum",
    )


def test_sums_that_could_wrap(tmp_path):
    builder = Builder((2, 4, 4), zero_point=5)
    weights = builder.dequantize("w", np.full((1, 2, 1, 1), 100, np.int8), 0.01)
    codes = np.array([(1 << 31) - 2 * 100 * 250], np.int32)
    bias = builder.dequantize("b", codes, np.float32(0.05) * np.float32(0.01))
    builder.node("Conv", [builder.source, weights, bias], "conv")
    rule = "accumulators must fit into 32 bits for all inputs"
    refused(builder, tmp_path, f"node conv (Conv): {rule}", "conv")


def test_an_addition_of_unequal_shapes(tmp_path):
    builder = small_model()
    pooled = builder.node("GlobalAveragePool", ["relu.real"], "pool")
    pooled = builder.quantize(pooled, 0.1)
    builder.quantize(builder.node("Add", ["relu.real", pooled], "sum"), 0.1)
    refused(
        builder,
        tmp_path,
        "node sum (Add): shapes must be equal, not (4, 4, 3) and (1, 1, 3)",
        "sum.real",
    )


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        (1e-30, "the factors between scales must add up to 2**-22 to 2**22, not 2e+29"),
        (1e30, "the factors between scales must add up to 2**-22 to 2**22, not 2e-31"),
    ],
)
def test_an_addition_of_incomparable_scales(scale, message, tmp_path):
    builder = small_model()
    builder.quantize(builder.node("Add", ["relu.real", "relu.real"], "sum"), scale)
    refused(builder, tmp_path, f"node sum (Add): {message}", "sum.real")


def test_a_factor_that_no_multiplier_reaches(tmp_path):
    builder = small_model(relu=False)
    builder.quantize("conv", 1e-20)
    refused(
        builder,
        tmp_path,
        "node conv (Conv): the factor between scales must be from 2**-62 to 2**31, not 5e+16",
        "conv.real",
    )
