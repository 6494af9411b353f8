"""What cannot be rewritten into QDQ form is one line that names node, rule and value."""

import re

import numpy as np
import onnx
import pytest

from hwgen.errors import ModelError
from hwgen.network.onnx import load
from tests.network.onnx import qoperator, quant
from tests.network.onnx.qdq import Builder

TWO_AXES = "scales and zero points must run along one axis, not have the shapes [4, 3, 1, 1] and []"


def refused(path, message):
    with pytest.raises(ModelError, match=rf"^{re.escape(f'model {path} {message}')}$"):
        load(path)


def codes():
    return qoperator.Builder((3, 6, 6), 0.03, 20)


def test_operators_on_codes_that_mean_other_things_on_real_numbers(tmp_path):
    builder = codes()
    builder.moved("Relu", "codes", "relu")
    known = "Concat, Flatten, Identity, MaxPool, Pad, Reshape, Slice, Squeeze, Transpose, Unsqueeze"
    refused(
        builder.save(tmp_path / "m.onnx", "relu"),
        f"node relu (Relu): inputs must be real numbers, not codes; on codes are known: {known}",
    )


def test_operators_that_nobody_knows_are_named_as_unsupported(tmp_path):
    builder = codes()
    builder.microsoft("QLinearSigmoid", builder.operand("codes"), "sigmoid", 0.05)
    path = builder.save(tmp_path / "m.onnx", "sigmoid")
    rule = (
        r"operator com\.microsoft\.QLinearSigmoid is not supported; on codes are known: Concat, .+"
    )
    with pytest.raises(
        ModelError, match=rf"node sigmoid \(com.microsoft.QLinearSigmoid\): {rule}$"
    ):
        load(path)


def test_quantization_while_a_network_runs_is_named_as_unsupported(tmp_path):
    builder = codes()
    names = ["again", "again.scale", "again.zero"]
    node = onnx.helper.make_node("DynamicQuantizeLinear", ["image"], names, "dynamic")
    builder.nodes.append(node)
    path = builder.save(tmp_path / "m.onnx", "codes")
    with pytest.raises(
        ModelError, match=r"operator DynamicQuantizeLinear is not supported; on codes"
    ):
        load(path)


def test_codes_of_different_meaning_that_are_joined(tmp_path):
    builder = codes()
    builder.convolution("codes", "conv", builder.weights((3, 3, 1, 1), 0.004), 0.05, 20)
    builder.quantization["joined"] = builder.quantization["codes"]
    builder.node("Concat", ["codes", "conv"], "joined", axis=1)
    refused(
        builder.save(tmp_path / "m.onnx", "joined"),
        "node joined (Concat): codes of different quantizations must not be joined",
    )


def test_real_numbers_where_codes_are_expected(tmp_path):
    builder = codes()
    builder.node("DequantizeLinear", builder.operand("codes"), "image.real")
    inputs = ["image.real", *builder.quantization["codes"], *builder.operand("codes")]
    builder.microsoft("QLinearAdd", inputs, "sum", 0.05)
    refused(
        builder.save(tmp_path / "m.onnx", "sum"),
        "node sum (com.microsoft.QLinearAdd): input image.real must be quantized",
    )


def test_codes_that_are_quantized_again(tmp_path):
    builder = codes()
    builder.node("QuantizeLinear", ["codes"], "again", 0.05)
    path = builder.save(tmp_path / "m.onnx", "again")
    refused(path, "node again (QuantizeLinear): input codes must be real numbers, not codes")


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"channels_last": 1, "kernel_shape": [2, 2]}, "channels_last must be 0"),
        ({"auto_pad": 3, "kernel_shape": [2, 2]}, "auto_pad 3 is not supported"),
    ],
)
def test_pools_of_another_form(attributes, message, tmp_path):
    builder = codes()
    builder.microsoft("QLinearAveragePool", builder.operand("codes"), "pool", 0.05, **attributes)
    path = builder.save(tmp_path / "m.onnx", "pool")
    with pytest.raises(ModelError, match=rf"node pool \([\w.]+\): {message}$"):
        load(path)


def test_a_concat_of_codes_without_axis(tmp_path):
    builder = codes()
    builder.quantization["joined"] = builder.parameters("joined", 0.03, 20)
    inputs = [*builder.quantization["joined"], *builder.operand("codes")]
    builder.node("QLinearConcat", inputs, "joined", domain="com.microsoft")
    refused(
        builder.save(tmp_path / "m.onnx", "joined"),
        "node joined (com.microsoft.QLinearConcat): axis must be given, as an integer",
    )


def test_a_bias_of_other_codes(tmp_path):
    builder = codes()
    bias = builder.constant("b", np.zeros(3, np.int8))
    weights = builder.weights((3, 3, 1, 1), 0.004)
    builder.convolution("codes", "conv", weights, 0.05, 20, bias)
    path = builder.save(tmp_path / "m.onnx", "conv")
    with pytest.raises(ModelError, match=r"the bias must be int32 codes$|is not valid ONNX"):
        load(path)


def test_an_operator_without_scale(tmp_path):
    path = codes_and(tmp_path, lambda node: node.input.__delitem__(slice(1, None)))
    refused(path, "node sum (com.microsoft.QLinearAdd): there must be a scale")


def codes_and(folder, change):
    builder = codes()
    inputs = [*builder.operand("codes"), *builder.operand("codes")]
    builder.microsoft("QLinearAdd", inputs, "sum", 0.05)
    path = builder.save(folder / "m.onnx", "sum")
    model = onnx.load(path)
    change(next(x for x in model.graph.node if x.name == "sum"))
    onnx.save(model, path)
    return path


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bits": 9}, "activations must have 8 bits, not 0 to 511"),
        ({"bits": 1}, "the bit width must be one whole number from 2 to 32"),
        ({"bits": 4.5}, "the bit width must be one whole number from 2 to 32"),
        ({"scale": 0.0}, "scales must be positive"),
        ({"scale": [0.1, 0.2]}, "an activation must have one scale and one zero point"),
        ({"zero": 0.5}, "zero points must be whole numbers"),
        ({"zero": 300}, "the zero point must be a code of 8 bits, not 300"),
        ({"rounding_mode": "FLOOR"}, "rounding_mode must be ROUND or HALF_EVEN, not FLOOR"),
        ({"signed": 2}, "signed and narrow must be stated, as 0 or 1"),
    ],
)
def test_quantizations_of_another_form(settings, message, tmp_path):
    builder = quant.Builder((3, 5, 5))
    real = builder.quant("image", **({"scale": 0.1, "bits": 8} | settings))
    path = builder.save(tmp_path / "m.onnx", real)
    refused(path, f"node image.quant (qonnx.custom_op.general.Quant): {message}")


@pytest.mark.parametrize(
    ("scale", "bits", "message"),
    [
        (0.1, 9, "weights must have 8 bits or fewer"),
        (
            np.full((4, 3, 1, 1), 0.1),
            4,
            TWO_AXES,
        ),
        (np.full((5, 1, 1, 1), 0.1), 4, "scales and zero points must fit the constant"),
    ],
)
def test_weights_of_another_form(scale, bits, message, tmp_path):
    builder = quant.Builder((3, 5, 5))
    source = builder.quant("image", 0.1, 8)
    weights = builder.weights("w", (4, 3, 1, 1), scale, bits)
    builder.node("Conv", [source, weights], "conv")
    path = builder.save(tmp_path / "m.onnx", builder.quant("conv", 0.1, 8))
    refused(path, f"node w.quant (qonnx.custom_op.general.Quant): {message}")


def test_a_bias_that_rounding_would_change(tmp_path):
    builder = quant.Builder((3, 5, 5))
    source = builder.quant("image", 1.0, 8)
    weights = builder.weights("w", (4, 3, 1, 1), 1.0, 4)
    bias = builder.constant("b", [0.5, 1, 2, 3])
    builder.node("Conv", [source, weights, bias], "conv")
    path = builder.save(tmp_path / "m.onnx", builder.quant("conv", 2.0, 8))
    refused(
        path,
        "node conv (Conv): rounding the bias to accumulator units must move results by 0.05 codes "
        "at most, not 0.25",
    )


def test_limits_of_codes_in_the_wrong_order(tmp_path):
    builder = Builder((2, 4, 4), zero_point=3)
    limits = [builder.constant("low", np.uint8(9)), builder.constant("high", np.uint8(5))]
    builder.node("QuantizeLinear", [builder.source, "image.scale", "image.zero"], "q")
    builder.node("Clip", ["q", *limits], "clip")
    builder.node("DequantizeLinear", ["clip", "image.scale", "image.zero"], "real")
    path = builder.save(tmp_path / "m.onnx", "real")
    refused(path, "node clip (Clip): limits must be in order, not 9 and 5")
