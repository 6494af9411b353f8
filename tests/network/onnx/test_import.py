"""QDQ models become integer layers; the numbers are judged in tests/golden."""

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from hwgen.network.graph import Add, Convolution, Pool, Quantization
from hwgen.network.onnx import load
from tests.network.onnx.qdq import Builder, small_model


def test_a_convolution_is_imported_in_channel_last_order(tmp_path):
    builder = small_model()
    network = load(builder.save(tmp_path / "m.onnx", "relu.real"))
    (layer,) = network.layers
    codes = next(numpy_helper.to_array(x) for x in builder.constants if x.name == "w.codes")
    assert (network.input_name, network.input_shape) == ("image", (4, 4, 2))
    assert isinstance(layer, Convolution)
    assert (layer.name, layer.inputs, layer.shape) == ("conv", ("image",), (4, 4, 3))
    assert (layer.stride, layer.padding, layer.rounding) == ((1, 1), (1, 1, 1, 1), "single")
    np.testing.assert_array_equal(layer.weights, codes.transpose(0, 2, 3, 1))
    assert layer.weights.dtype == np.int8
    factors = [x.multiplier * 2.0**-x.right for x in layer.rescale]
    np.testing.assert_allclose(factors, np.array([0.01, 0.02, 0.03]) * 0.05 / 0.1, rtol=1e-6)


def test_signed_activations_are_moved_up_by_128(tmp_path):
    builder = Builder((2, 4, 4), zero_point=-100, dtype=np.int8)
    pooled = builder.node("GlobalAveragePool", [builder.source], "pool")
    builder.quantize(pooled, 0.1, -128, np.int8)
    network = load(builder.save(tmp_path / "m.onnx", "pool.real"))
    assert network.input_quantization == Quantization(float(np.float32(0.05)), 28)
    assert network.layers[-1].quantization.zero_point == 0


def test_a_relu_raises_the_lower_limit_to_the_zero_point(tmp_path):
    builder = small_model(relu=False)
    builder.quantize(builder.node("Relu", ["conv"], "other"), 0.1, 7)
    (layer,) = load(builder.save(tmp_path / "m.onnx", "other.real")).layers
    assert (layer.low, layer.high) == (7, 255)


def test_a_clip_sets_both_limits(tmp_path):
    builder = small_model(relu=False)
    limits = [builder.constant(name, np.float32(x)) for name, x in (("low", -1), ("high", 6))]
    builder.quantize(builder.node("Clip", ["conv", *limits], "clip"), 0.1, 50)
    (layer,) = load(builder.save(tmp_path / "m.onnx", "clip.real")).layers
    assert (layer.low, layer.high) == (40, 110)


@pytest.mark.parametrize(
    ("low", "high", "codes"),
    [
        (-np.inf, np.inf, (0, 255)),
        (-np.inf, -np.inf, (0, 0)),
        (np.inf, np.inf, (255, 255)),
        (-3e38, 3e38, (0, 255)),
    ],
)
def test_limits_saturate_as_values_do(low, high, codes, tmp_path):
    builder = small_model(relu=False)
    limits = [builder.constant(name, np.float32(x)) for name, x in (("low", low), ("high", high))]
    builder.quantize(builder.node("Clip", ["conv", *limits], "clip"), 0.1, 50)
    (layer,) = load(builder.save(tmp_path / "m.onnx", "clip.real")).layers
    assert (layer.low, layer.high) == codes


def test_a_clip_of_an_older_opset_sets_both_limits(tmp_path):
    builder = small_model(relu=False)
    builder.quantize(builder.node("Clip", ["conv"], "clip", max=6.0), 0.1, 50)
    model = builder.model("clip.real")
    model.opset_import[0].version = 10
    for node in model.graph.node:  # per-filter scales came later, one axis is enough here
        if node.op_type == "DequantizeLinear":
            del node.attribute[:]
    for tensor in model.graph.initializer:
        if tensor.name in ("w.scale", "b.scale"):
            value = 0.02 if tensor.name == "w.scale" else 0.02 * 0.05
            tensor.CopyFrom(numpy_helper.from_array(np.float32(value), tensor.name))
    onnx.save(model, tmp_path / "m.onnx")
    (layer,) = load(tmp_path / "m.onnx").layers
    assert (layer.low, layer.high) == (0, 110)


def test_a_requantization_is_a_layer_of_its_own(tmp_path):
    builder = Builder((2, 4, 4))
    builder.quantize(builder.node("Relu", [builder.source], "relu"), 0.1)
    (layer,) = load(builder.save(tmp_path / "m.onnx", "relu.real")).layers
    assert isinstance(layer, Pool)
    assert (layer.name, layer.kind, layer.kernel) == ("relu", "max", (1, 1))


def test_the_channels_of_a_flattened_image_are_found_again(tmp_path):
    builder = Builder((2, 3, 4))
    flat = builder.node("Flatten", [builder.source], "flat")
    codes = np.arange(48, dtype=np.int8).reshape(24, 2)
    weights = builder.dequantize("w", codes, [0.01, 0.02], axis=1)
    builder.quantize(builder.node("MatMul", [flat, weights], "fc"), 0.5)
    (layer,) = load(builder.save(tmp_path / "m.onnx", "fc.real")).layers
    assert (layer.shape, layer.weights.shape) == ((1, 1, 2), (2, 3, 4, 2))
    for row, column, channel in np.ndindex(3, 4, 2):
        expected = codes[channel * 12 + row * 4 + column]
        np.testing.assert_array_equal(layer.weights[:, row, column, channel], expected)
    assert not layer.bias.any()


@pytest.mark.parametrize(
    ("mode", "stride", "padding", "shape"),
    [
        ("SAME_UPPER", 1, (1, 1, 1, 1), (5, 5)),
        ("SAME_UPPER", 2, (1, 1, 1, 1), (3, 3)),
        ("SAME_LOWER", 4, (0, 0, 0, 0), (2, 2)),
        ("VALID", 2, (0, 0, 0, 0), (2, 2)),
    ],
)
def test_automatic_padding_is_resolved(mode, stride, padding, shape, tmp_path):
    builder = Builder((1, 5, 5))
    pool = {"kernel_shape": [3, 3], "strides": [stride, stride], "auto_pad": mode}
    if mode == "SAME_LOWER":
        pool["kernel_shape"] = [1, 1]
    builder.quantize(builder.node("MaxPool", [builder.source], "pool", **pool), 0.05)
    (layer,) = load(builder.save(tmp_path / "m.onnx", "pool.real")).layers
    assert (layer.padding, layer.shape[:2]) == (padding, shape)


def test_uneven_automatic_padding_goes_to_the_named_side(tmp_path):
    paddings = {}
    for mode in ("SAME_UPPER", "SAME_LOWER"):
        builder = Builder((1, 4, 4))
        pool = {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": mode}
        builder.quantize(builder.node("MaxPool", [builder.source], "pool", **pool), 0.05)
        paddings[mode] = load(builder.save(tmp_path / "m.onnx", "pool.real")).layers[0].padding
    assert paddings == {"SAME_UPPER": (0, 0, 1, 1), "SAME_LOWER": (1, 1, 0, 0)}


def test_a_residual_addition_reads_both_tensors(tmp_path):
    builder = small_model()
    second = builder.node("MaxPool", ["relu.real"], "pool", kernel_shape=[1, 1])
    second = builder.quantize(second, 0.2)
    builder.quantize(builder.node("Add", ["relu.real", second], "sum"), 0.3)
    layer = load(builder.save(tmp_path / "m.onnx", "sum.real")).layers[-1]
    assert isinstance(layer, Add)
    assert layer.inputs == ("conv", "pool")
    factors = [x.multiplier * 2.0**-layer.total.right for x in layer.operands]
    np.testing.assert_allclose(factors, [1 / 3, 2 / 3], rtol=1e-6)


def test_a_float_bias_is_rounded_to_accumulator_units(tmp_path):
    builder = small_model(relu=False)
    builder.nodes.pop()  # the convolution with a quantized bias
    bias = builder.constant("plain", np.array([1, -1, 0.5], np.float32))
    builder.quantize(
        builder.node("Conv", [builder.source, "w.real", bias], "conv", pads=[1, 1, 1, 1]), 0.1
    )
    (layer,) = load(builder.save(tmp_path / "m.onnx", "conv.real")).layers
    np.testing.assert_array_equal(
        layer.bias, np.rint(np.array([1, -1, 0.5]) / [5e-4, 1e-3, 1.5e-3])
    )


def test_a_reshape_flattens(tmp_path):
    builder = Builder((2, 3, 4))
    shape = builder.constant("shape", np.array([-1, 24]))
    flat = builder.node("Reshape", [builder.source, shape], "flat")
    weights = builder.dequantize("w", np.ones((24, 2), np.int8), 0.01)
    builder.quantize(builder.node("MatMul", [flat, weights], "fc"), 0.5)
    assert load(builder.save(tmp_path / "m.onnx", "fc.real")).layers[0].shape == (1, 1, 2)


def test_unsigned_weights_around_128_are_symmetric(tmp_path):
    builder = Builder((2, 4, 4))
    codes = np.array([0, 128, 255, 129], np.uint8).reshape(2, 2, 1, 1)
    weights = builder.dequantize("w", codes, 0.01, zero_point=np.uint8(128))
    builder.quantize(builder.node("Conv", [builder.source, weights], "conv"), 0.1)
    (layer,) = load(builder.save(tmp_path / "m.onnx", "conv.real")).layers
    assert layer.weights.ravel().tolist() == [-128, 0, 127, 1]


def test_what_the_output_does_not_need_is_left_out(tmp_path):
    builder = small_model()
    builder.quantize(builder.node("GlobalAveragePool", ["relu.real"], "unused"), 0.1)
    network = load(builder.save(tmp_path / "m.onnx", "relu.real"))
    assert [layer.name for layer in network.layers] == ["conv"]


def test_a_result_quantized_twice_alike_is_one_layer(tmp_path):
    builder = small_model()
    parameters = ["relu.scale", "relu.zero"]
    builder.node("QuantizeLinear", ["relu", *parameters], "again")
    builder.node("DequantizeLinear", ["again", *parameters], "real")
    builder.quantize(builder.node("Add", ["relu.real", "real"], "sum"), 0.2)
    network = load(builder.save(tmp_path / "m.onnx", "sum.real"))
    assert [layer.inputs for layer in network.layers] == [("image",), ("conv", "conv")]


def test_a_constant_node_is_a_constant(tmp_path):
    builder = small_model()
    model = builder.model("relu.real")
    (scale,) = (x for x in model.graph.initializer if x.name == "relu.scale")
    model.graph.initializer.remove(scale)
    node = helper.make_node("Constant", [], ["relu.scale"], value=scale)
    model.graph.node.insert(0, node)
    onnx.save(model, tmp_path / "m.onnx")
    (layer,) = load(tmp_path / "m.onnx").layers
    assert layer.quantization.scale == float(np.float32(0.1))


def test_constant_nodes_may_hold_plain_numbers(tmp_path):
    builder = Builder((2, 4, 4))
    for name, value in (("ints", [-1, 32]), ("float", 6.0), ("int", 0), ("floats", [1.0])):
        node = helper.make_node("Constant", [], [name], **{f"value_{name}": value})
        builder.nodes.append(node)
    builder.node("Gather", ["ints", "int"], "batch")
    builder.node("Unsqueeze", ["batch", builder.constant("zero", np.array([0]))], "list")
    builder.node("Concat", ["list", builder.constant("rest", np.array([32]))], "shape", axis=0)
    flat = builder.node("Reshape", [builder.source, "shape"], "flat")
    builder.node("MatMul", [flat, builder.weights("w", (32, 3), 0.01)], "fc")
    builder.quantize(builder.node("Clip", ["fc", "floats", "float"], "clip"), 0.5)
    (layer,) = load(builder.save(tmp_path / "m.onnx", "clip.real")).layers
    assert (layer.low, layer.high) == (2, 12)


def test_layers_are_named_after_their_outputs_where_nodes_have_no_name(tmp_path):
    model = small_model().model("relu.real")
    for node in model.graph.node:
        node.name = ""
    onnx.save(model, tmp_path / "m.onnx")
    assert [x.name for x in load(tmp_path / "m.onnx").layers] == ["conv"]
