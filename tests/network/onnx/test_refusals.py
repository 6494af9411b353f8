"""Models that hwgen does not execute are refused in one line: file, node, rule, value."""

import numpy as np
import onnx
import pytest

from hwgen.errors import ModelError
from hwgen.network.digits import model_path
from hwgen.network.onnx import load
from tests.network.onnx.qdq import Builder, refused, small_model


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
    [((2, "H", 4), "N, 2, H, 4"), ((2, 1, 1, 4), "N, 2, 1, 1, 4"), ((2, 4, None), "N, 2, 4, ?")],
)
def test_an_input_without_a_fixed_image_size(shape, text, tmp_path):
    builder = small_model()
    builder.shape = ("N", *shape)
    refused(
        builder,
        tmp_path,
        "input image must be [batch, channels, height, width] or [batch, features] with fixed "
        f"sizes but the batch, not [{text}]",
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
    builder.quantize(builder.node("Elu", ["relu.real"], "elu"), 0.1)
    refused(
        builder,
        tmp_path,
        "node elu (Elu): operator Elu is not supported; known: Add, AveragePool, Clip, Concat, "
        "Conv, DequantizeLinear, Dropout, Flatten, Gemm, GlobalAveragePool, GlobalMaxPool, "
        "Identity, MatMul, MaxPool, Pad, QuantizeLinear, ReduceMean, Relu, Reshape, Slice, "
        "Softmax, Squeeze, Transpose, Unsqueeze",
        "elu.real",
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
    builder = small_model()
    builder.node("Relu", ["relu.real"], "last")
    model = builder.model("last")
    model.graph.node[-1].domain = "org.example"
    model.opset_import.add(domain="org.example", version=1)
    path = tmp_path / "m.onnx"
    onnx.save(model, path)
    rule = r"operator org\.example\.Relu is not supported; known: [^\n]+"
    node = r"last \(org\.example\.Relu\)"
    with pytest.raises(ModelError, match=rf"^model {path} node {node}: {rule}$"):
        load(path)


def test_a_layer_that_is_not_quantized(tmp_path):
    builder = small_model()
    refused(
        builder,
        tmp_path,
        "output relu must be quantized, not the real result of node conv (Conv)",
        "relu",
    )


def test_an_input_that_is_not_quantized(tmp_path):
    builder = small_model()
    builder.quantize(builder.node("MaxPool", ["image"], "pool", kernel_shape=[2, 2]), 0.05)
    refused(
        builder,
        tmp_path,
        "node pool (MaxPool): input image must be a quantized activation",
        "pool.real",
    )


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"group": 2}, "group must divide 2 channels and 3 filters, not be 2"),
        ({"group": 0}, "group must divide 2 channels and 3 filters, not be 0"),
        ({"dilations": [2, 2]}, "dilations must be [1, 1], not [2, 2]"),
        ({"strides": [0, 1]}, "strides must hold 2 numbers from 1 up, not [0, 1]"),
        ({"strides": [1]}, "strides must hold 2 numbers from 1 up, not [1]"),
        ({"kernel_shape": [5, 5]}, "kernel_shape must be that of the weights [3, 3], not [5, 5]"),
        ({"pads": [1, -3, 1, 1]}, "pads must hold 4 numbers from 0 up, not [1, -3, 1, 1]"),
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
        ("MaxPool", {"kernel_shape": [3, 3], "pads": [1, 3, 1, 1]},
         "padding [1, 3, 1, 1] must be smaller than the kernel [3, 3]"),
        ("MaxPool", {"kernel_shape": [2, 2], "ceil_mode": 2}, "ceil_mode must be 0 or 1, not 2"),
        ("AveragePool", {"kernel_shape": [3, 3], "count_include_pad": 1, "ceil_mode": 1},
         "ceil_mode must be 0 where padding counts"),
        ("AveragePool", {"kernel_shape": [3, 3], "count_include_pad": 2},
         "count_include_pad must be 0 or 1, not 2"),
        ("Flatten", {"axis": 2}, "axis must be 1, not 2"),
    ],
)  # fmt: skip
def test_a_pooling_of_another_form(operator, attributes, message, tmp_path):
    builder = small_model()
    builder.quantize(builder.node(operator, ["relu.real"], "next", **attributes), 0.1)
    refused(builder, tmp_path, f"node next ({operator}): {message}", "next.real")


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
        builder,
        tmp_path,
        "node flat (Reshape): shape must hold 32 elements behind the batch, not [-1, 16]",
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
