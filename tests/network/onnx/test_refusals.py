"""Models that hwgen does not execute are refused in one line: file, node, rule, value."""

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import helper

from hwgen.errors import ModelError
from hwgen.network.onnx import load
from tests.network.onnx.qdq import Builder, refused, small_model


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


def test_an_unknown_operator(tmp_path):
    builder = small_model()
    builder.quantize(builder.node("Elu", ["relu.real"], "elu"), 0.1)
    refused(
        builder,
        tmp_path,
        "node elu (Elu): operator Elu is not supported; known: Add, AveragePool, Clip, Concat, "
        "Conv, DequantizeLinear, Dropout, Flatten, Gemm, GlobalAveragePool, GlobalMaxPool, "
        "Identity, MatMul, MaxPool, Pad, QuantizeLinear, ReduceMean, Relu, Reshape, Shape, Slice, "
        "Softmax, Squeeze, Transpose, Unsqueeze",
        "elu.real",
    )


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


def test_an_output_that_is_no_layer(tmp_path):
    builder = Builder((2, 4, 4))
    builder.node("Flatten", [builder.source], "flat")
    refused(builder, tmp_path, "output flat must be the quantized result of a layer", "flat")


def test_a_second_output(tmp_path):
    builder = small_model()
    builder.nodes.append(helper.make_node("Dropout", ["relu.real"], ["kept", "mask"], "drop"))
    builder.node("MaxPool", ["mask"], "next", kernel_shape=[2, 2])
    rule = "input mask must be the first output of a node"
    refused(builder, tmp_path, f"node next (MaxPool): {rule}", "next")


def test_an_input_of_few_bits(tmp_path):
    builder = Builder((2, 4, 4), dtype=ml_dtypes.uint4, opset=21)
    rule = "the network's input must have codes of 8 bits"
    refused(builder, tmp_path, f"node image.codes (QuantizeLinear): {rule}", "image.real")


def test_two_layers_of_one_name(tmp_path):
    builder = small_model()
    builder.quantize(builder.node("Clip", ["conv"], "clip"), 0.2)
    refused(
        builder,
        tmp_path,
        "node conv (Conv): node names must differ from each other and from the input's",
        "clip.real",
    )
