"""Models that hwgen does not execute are refused in one line: file, node, rule, value."""

import re

import numpy as np
import onnx
import pytest

from hwgen.errors import ModelError
from hwgen.network.digits import model_path
from hwgen.network.onnx_import import load
from tests.network.qdq import Builder, small_model


def refused(builder, tmp_path, message, output="relu.real"):
    """Whether loading says exactly ``message`` about the file."""
    path = builder.save(tmp_path / "m.onnx", output)
    with pytest.raises(ModelError, match=rf"^{re.escape(f'model {path} {message}')}$"):
        load(path)


def test_a_missing_file(tmp_path):
    path = tmp_path / "m.onnx"
    with pytest.raises(
        ModelError, match=rf"^model {path} cannot be read: No such file or directory$"
    ):
        load(path)


@pytest.mark.parametrize("content", [b"not a model\n", model_path().read_bytes()[:5000]])
def test_a_file_that_is_no_model(content, tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=rf"^model {path} is not an ONNX file, or is truncated$"):
        load(path)


def test_an_empty_file(tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(b"")
    with pytest.raises(ModelError, match=rf"^model {path} holds no network; is it an ONNX file\?$"):
        load(path)


def test_damage_anywhere_is_noticed_or_harmless(tmp_path):
    """Only ModelError may leave the import, whatever byte is wrong."""
    whole = small_model().model("relu.real").SerializeToString()
    path = tmp_path / "m.onnx"
    rng = np.random.default_rng(0)
    messages = []
    for position in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[position] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        try:
            load(path)
        except ModelError as error:
            messages.append(str(error))
    assert len(messages) > len(whole) // 9
    assert not any("\n" in message for message in messages)


def test_truncation_anywhere_is_noticed(tmp_path):
    whole = small_model().model("relu.real").SerializeToString()
    path = tmp_path / "m.onnx"
    for length in range(0, len(whole), 5):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelError, match=r"^model [^\n]+$"):
            load(path)


def test_a_float_model(tmp_path):
    builder = Builder((2, 4, 4))
    builder.nodes = []
    builder.node("Relu", ["image"], "relu")
    refused(
        builder,
        tmp_path,
        "must be quantized to 8 bits with QuantizeLinear nodes, but it is a float model",
        "relu",
    )


def test_two_inputs(tmp_path):
    model = small_model().model("relu.real")
    model.graph.input.append(onnx.ValueInfoProto())
    model.graph.input[1].CopyFrom(model.graph.input[0])
    model.graph.input[1].name = "more"
    path = tmp_path / "m.onnx"
    onnx.save(model, path)
    with pytest.raises(
        ModelError, match=rf"^model {path} must have one input, not 2: image, more$"
    ):
        load(path)


@pytest.mark.parametrize(
    ("shape", "text"),
    [((2, "H", 4), "N, 2, H, 4"), ((32,), "N, 32"), ((2, 4, None), "N, 2, 4, ?")],
)
def test_an_input_without_a_fixed_image_size(shape, text, tmp_path):
    builder = small_model()
    builder.shape = shape
    refused(
        builder,
        tmp_path,
        "input image must be [batch, channels, height, width] with fixed sizes but the batch, "
        f"not [{text}]",
    )


def test_data_outside_of_the_file(tmp_path):
    model = small_model().model("relu.real")
    path = tmp_path / "m.onnx"
    onnx.save(model, path, save_as_external_data=True, location="w.bin", size_threshold=0)
    with pytest.raises(
        ModelError, match=rf"^model {path} must hold its own data, but keeps \S+ elsewhere$"
    ):
        load(path)


def test_an_unknown_operator(tmp_path):
    builder = small_model()
    builder.quantize(builder.node("Softmax", ["relu.real"], "soft"), 0.1)
    refused(
        builder,
        tmp_path,
        "node soft (Softmax): operator Softmax is not supported; known: Add, AveragePool, Clip, "
        "Conv, DequantizeLinear, Flatten, Gemm, GlobalAveragePool, MatMul, MaxPool, "
        "QuantizeLinear, Relu, Reshape",
        "soft.real",
    )


@pytest.mark.parametrize(
    ("operator", "message"),
    [
        ("MaxPool", "Required attribute 'kernel_shape' is missing."),
        ("Nothing", "No Op registered for Nothing with domain_version of 17"),
    ],
)
def test_a_node_that_onnx_does_not_know(operator, message, tmp_path):
    builder = small_model()
    builder.quantize(builder.node(operator, ["relu.real"], "next"), 0.1)
    context = f"==> Context: Bad node spec for node. Name: next OpType: {operator}"
    refused(builder, tmp_path, f"is not valid ONNX: {message} {context}", "next.real")


def test_a_name_over_two_lines(tmp_path):
    builder = small_model()
    builder.quantize(builder.node("Relu", ["relu.real"], "two\nlines"), 0.1)
    refused(
        builder, tmp_path, r"names must be printable, not 'two\nlines.scale'", "two\nlines.real"
    )


def test_a_constant_of_words(tmp_path):
    builder = small_model()
    builder.constant("words", np.array(["one"], object))
    refused(builder, tmp_path, "constant words must be numbers, not object")


def test_an_operator_of_another_domain(tmp_path):
    model = small_model().model("relu.real")
    model.graph.node[-1].domain = "com.microsoft"
    model.opset_import.add(domain="com.microsoft", version=1)
    path = tmp_path / "m.onnx"
    onnx.save(model, path)
    rule = r"operator com\.microsoft\.DequantizeLinear is not supported; known: [^\n]+"
    node = r"relu\.real \(com\.microsoft\.DequantizeLinear\)"
    with pytest.raises(ModelError, match=rf"^model {path} node {node}: {rule}$"):
        load(path)


def test_a_layer_that_is_not_quantized(tmp_path):
    builder = small_model()
    refused(
        builder,
        tmp_path,
        "output relu must be the quantized result of its last layer",
        "relu",
    )


def test_an_input_that_is_not_quantized(tmp_path):
    builder = small_model()
    builder.quantize(builder.node("MaxPool", ["image"], "pool", kernel_shape=[2, 2]), 0.05)
    refused(
        builder,
        tmp_path,
        "node pool (MaxPool): input image must be quantized, or a constant",
        "pool.real",
    )


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"group": 2}, "group must be 1, not 2"),
        ({"dilations": [2, 2]}, "dilations must be [1, 1], not [2, 2]"),
        ({"strides": [0, 1]}, "strides must hold 2 numbers from 1 up, not [0, 1]"),
        ({"strides": [1]}, "strides must hold 2 numbers from 1 up, not [1]"),
        ({"kernel_shape": [5, 5]}, "kernel_shape must be that of the weights [3, 3], not [5, 5]"),
        ({"pads": [1, 3, 1, 1]}, "padding [1, 3, 1, 1] must be smaller than the kernel [3, 3]"),
        ({"auto_pad": "SAME"}, "auto_pad SAME is not supported"),
    ],
)
def test_a_convolution_of_another_form(attributes, message, tmp_path):
    refused(small_model(**attributes), tmp_path, f"node conv (Conv): {message}")


@pytest.mark.parametrize(
    ("operator", "attributes", "message"),
    [
        ("MaxPool", {"kernel_shape": [2]}, "kernel_shape must hold 2 numbers from 1 up, not [2]"),
        ("MaxPool", {"kernel_shape": [5, 4]}, "kernel [5, 4] must fit the padded input of [4, 4]"),
        ("MaxPool", {"kernel_shape": [2, 2], "ceil_mode": 1}, "ceil_mode must be 0"),
        ("AveragePool", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]},
         "an average must have no padding, not [1, 1, 1, 1]"),
        ("Flatten", {"axis": 2}, "axis must be 1, not 2"),
    ],
)  # fmt: skip
def test_a_pooling_of_another_form(operator, attributes, message, tmp_path):
    builder = small_model()
    builder.quantize(builder.node(operator, ["relu.real"], "next", **attributes), 0.1)
    refused(builder, tmp_path, f"node next ({operator}): {message}", "next.real")


def test_weights_that_are_not_symmetric(tmp_path):
    builder = Builder((2, 4, 4))
    codes = np.array([0, 255], np.uint8).reshape(1, 2, 1, 1)
    weights = builder.dequantize("w", codes, 0.01, zero_point=np.uint8(100))
    builder.quantize(builder.node("Conv", [builder.source, weights], "conv"), 0.1)
    refused(
        builder,
        tmp_path,
        "node conv (Conv): weights must be symmetric s8 codes from -128 to 127, not -100 to 155",
        "conv.real",
    )


def test_weights_that_are_not_quantized(tmp_path):
    builder = Builder((2, 4, 4))
    weights = builder.constant("w", np.ones((1, 2, 1, 1), np.float32))
    builder.quantize(builder.node("Conv", [builder.source, weights], "conv"), 0.1)
    refused(
        builder, tmp_path, "node conv (Conv): weights must be a quantized constant", "conv.real"
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
        (np.ones((2, 2), np.int8), -1, 0, "scales must be positive"),
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
        (-1.0, np.uint8(0), "scale must be positive, not -1"),
        (np.nan, np.uint8(0), "scale must be positive, not nan"),
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
    refused(builder, tmp_path, "node positive (Relu): input w.real must not be a constant")


def test_limits_that_are_computed(tmp_path):
    builder = small_model()
    builder.node("Clip", ["conv", "relu.real"], "clip")
    refused(builder, tmp_path, "node clip (Clip): limits must be constants")


def test_a_shape_that_is_computed(tmp_path):
    builder = small_model()
    builder.node("Reshape", ["relu.real", "relu.real"], "flat")
    refused(builder, tmp_path, "node flat (Reshape): shape must be a constant")


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
        ("Conv", (3, 2, 3), "kernels must have 2 dimensions, not 1"),
        ("MatMul", (1, 2, 3), "weights must have 2 dimensions, not 3"),
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
        "node next (Conv): the bias must have the scale of input times weights",
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


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"alpha": 2.0}, "alpha must be 1, not 2"),
        ({"transA": 1}, "transA must be 0, not 1"),
        ({}, "input must be flat and as long as the weights [31, 2], not of shape (4, 4, 2)"),
    ],
)
def test_a_fully_connected_layer_of_another_form(attributes, message, tmp_path):
    builder = Builder((2, 4, 4))
    flat = builder.node("Flatten", [builder.source], "flat")
    weights = builder.dequantize("w", np.ones((31, 2), np.int8), 1.0)
    builder.quantize(builder.node("Gemm", [flat, weights], "fc", **attributes), 1.0)
    refused(builder, tmp_path, f"node fc (Gemm): {message}", "fc.real")


def test_a_reshape_into_something_else(tmp_path):
    builder = Builder((2, 4, 4))
    shape = builder.constant("shape", np.array([-1, 16]))
    flat = builder.node("Reshape", [builder.source, shape], "flat")
    builder.quantize(builder.node("Relu", [flat], "relu"), 0.1)
    refused(
        builder, tmp_path, "node flat (Reshape): shape must be [batch, all the rest], not [-1, 16]"
    )


def test_two_layers_of_one_name(tmp_path):
    builder = small_model()
    builder.quantize(builder.node("Clip", ["conv"], "clip"), 0.2)
    refused(
        builder,
        tmp_path,
        "node conv (Conv): node names must differ from each other and from the input's",
        "clip.real",
    )
