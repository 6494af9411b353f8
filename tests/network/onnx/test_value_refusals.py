"""Quantized values that hwgen does not execute are refused in one line: file, node, rule, value."""

import numpy as np
import onnx
import pytest

from hwgen.errors import ModelError
from hwgen.network.onnx import load
from tests.network.onnx.qdq import refused, small_model


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


def test_zero_points_of_another_type_than_codes(tmp_path):
    builder = small_model()
    builder.dequantize("c", np.ones((2, 2), np.int8), 0.1, zero_point=np.uint8(3))
    rule = "zero points must be int8 as the codes are, not uint8"
    refused(builder, tmp_path, f"node c.real (DequantizeLinear): {rule}")


def test_scales_of_another_type(tmp_path):
    builder = small_model(relu=False)
    inputs = [builder.constant("s", np.float16(1)), builder.constant("z", np.uint8(0))]
    builder.node("QuantizeLinear", ["conv", *inputs], "codes")
    rule = "scales must be float32, not float16"
    refused(builder, tmp_path, f"node codes (QuantizeLinear): {rule}", "codes")


def test_zero_points_of_another_count_than_scales(tmp_path):
    builder = small_model()
    codes = np.ones((2, 2), np.int8)
    builder.dequantize("c", codes, [0.1, 0.2], zero_point=np.zeros(3, np.int8))
    refused(builder, tmp_path, "node c.real (DequantizeLinear): there must be 2 zero points, not 3")


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
