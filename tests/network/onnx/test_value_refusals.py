"""Quantized values that hwgen does not execute are refused in one line: file, node, rule, value."""

import numpy as np
import onnx
import pytest

from hwgen.errors import ModelError
from hwgen.network.onnx import load
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
    ("codes", "scale", "axis", "message"),
    [
        (np.ones((2, 2), np.int16), 0.1, 0, "constants must be s8, u8 or s32, not int16"),
        (np.ones((2, 2), np.int8), [1, 2, 3], 0, "scale must hold 2 values for axis 0, not 3"),
        (np.ones((2, 2), np.int8), [1, -1], 0,
         "scales must be positive, finite and not subnormal, not -1"),
        (np.ones((2, 2), np.int8), [[1, 2]], 0,
         "scale must be one value or one per index, not [1, 2]"),
    ],
)  # fmt: skip
def test_constants_of_another_form(codes, scale, axis, message, tmp_path):
    builder = small_model()
    builder.dequantize("c", codes, scale, axis)
    refused(builder, tmp_path, f"node c.real (DequantizeLinear): {message}")


@pytest.mark.parametrize(
    ("scale", "zero_point", "message"),
    [
        (-1.0, np.uint8(0), "scales must be positive, finite and not subnormal, not -1"),
        (0.0, np.uint8(0), "scales must be positive, finite and not subnormal, not 0"),
        (1e-40, np.uint8(0), "scales must be positive, finite and not subnormal, not 9.99995e-41"),
        (np.inf, np.uint8(0), "scales must be positive, finite and not subnormal, not inf"),
        (np.nan, np.uint8(0), "scales must be positive, finite and not subnormal, not nan"),
        (1.0, np.uint16(0), "activations must be u8 or s8, not uint16"),
        ([1.0, 2.0], np.uint8(0), "an activation must have one scale and one zero point"),
    ],
)
def test_activations_of_another_form(scale, zero_point, message, tmp_path):
    builder = small_model(relu=False)
    inputs = [
        builder.constant("s", np.asarray(scale, np.float32)),
        builder.constant("z", zero_point),
    ]
    builder.node("QuantizeLinear", ["conv", *inputs], "codes")
    refused(builder, tmp_path, f"node codes (QuantizeLinear): {message}", "codes")


def test_an_input_quantized_twice(tmp_path):
    builder = small_model()
    scale = builder.constant("other", np.float32(3))
    builder.node("QuantizeLinear", ["image", scale], "again")
    refused(
        builder,
        tmp_path,
        "node again (QuantizeLinear): the network's input must be quantized in one way only",
    )


def test_codes_whose_type_only_an_attribute_states(tmp_path):
    builder = small_model()
    scale = builder.constant("other", np.float32(0.05))
    builder.node("QuantizeLinear", ["image", scale], "again", output_dtype=onnx.TensorProto.INT8)
    model = builder.model("relu.real")
    model.opset_import[0].version, model.ir_version = 21, 10
    path = tmp_path / "m.onnx"
    onnx.save(model, path)
    rule = r"there must be a zero point, not an output_dtype"
    with pytest.raises(ModelError, match=rf"^model {path} node again \(QuantizeLinear\): {rule}$"):
        load(path)


def test_scales_that_are_computed(tmp_path):
    builder = small_model(relu=False)
    builder.node("QuantizeLinear", ["conv", "relu.real"], "codes")
    builder.nodes.insert(0, builder.nodes.pop())
    builder.node("Relu", ["conv"], "relu.real")
    builder.nodes = [*builder.nodes[1:], builder.nodes[0]]
    refused(
        builder,
        tmp_path,
        "node codes (QuantizeLinear): scale and zero point must be constants",
        "codes",
    )


def test_codes_of_what_was_not_quantized(tmp_path):
    builder = small_model(relu=False)
    scale = builder.constant("other", np.float32(3))
    builder.node("DequantizeLinear", ["conv", scale], "real")
    refused(builder, tmp_path, "node real (DequantizeLinear): input conv must be quantized", "real")


def test_a_relu_of_a_constant(tmp_path):
    builder = small_model()
    builder.node("Relu", ["w.real"], "positive")
    refused(builder, tmp_path, "node positive (Relu): input w.real must be a quantized activation")


def test_limits_that_are_computed(tmp_path):
    builder = small_model()
    builder.node("Clip", ["conv", "relu.real"], "clip")
    refused(builder, tmp_path, "node clip (Clip): min must be a constant number")


def test_a_shape_that_is_computed(tmp_path):
    builder = small_model()
    builder.node("Reshape", ["relu.real", "relu.real"], "flat")
    refused(builder, tmp_path, "node flat (Reshape): shape must be a constant list of integers")


def test_pooling_of_a_flat_tensor(tmp_path):
    builder = small_model()
    flat = builder.node("Flatten", ["relu.real"], "flat")
    builder.node("GlobalAveragePool", [flat], "pool")
    refused(builder, tmp_path, "node pool (GlobalAveragePool): input must be an image, not flat")


def test_zero_points_of_another_count_than_scales(tmp_path):
    builder = small_model()
    codes = np.ones((2, 2), np.int8)
    builder.dequantize("c", codes, [0.1, 0.2], zero_point=np.zeros(3, np.int8))
    refused(builder, tmp_path, "node c.real (DequantizeLinear): there must be 2 zero points, not 3")


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


def test_a_scale_that_differs_from_that_of_the_codes(tmp_path):
    builder = small_model()
    other = builder.constant("other", np.float32(3))
    builder.node("DequantizeLinear", ["relu.codes", other, "relu.zero"], "again")
    refused(
        builder,
        tmp_path,
        "node again (DequantizeLinear): scale and zero point must be those of its QuantizeLinear",
        "again",
    )


def test_an_addition_of_a_constant(tmp_path):
    builder = small_model()
    constant = builder.dequantize("c", np.ones(1, np.int8), 1.0)
    builder.quantize(builder.node("Add", ["relu.real", constant], "sum"), 0.1)
    refused(
        builder,
        tmp_path,
        "node sum (Add): input c.real must be a quantized activation",
        "sum.real",
    )


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
