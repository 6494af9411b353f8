"""From file to network: names, encodings, and what is left out."""

import numpy as np
import tflite

from hwgen import api
from hwgen.network.graph import Quantization
from hwgen.network.tflite import load
from tests.network.tflite.builder import Builder
from tests.network.tflite.reference import agrees, random_codes

POOL = {"Padding": 0, "StrideH": 1, "StrideW": 1, "FilterHeight": 2, "FilterWidth": 2}


def small_model(**fields):
    """A convolution and a maximum over a ``[1, 4, 4, 2]`` image."""
    model = Builder(1, 4, 4, 2, **fields)
    weights = np.random.default_rng(0).integers(-127, 128, (3, 3, 3, 2), np.int8)
    middle = model.tensor("conv", (1, 4, 4, 3), 0.1, -20)
    options = {"Padding": tflite.Padding.SAME, "StrideH": 1, "StrideW": 1}
    model.multiplied("CONV_2D", 0, weights, middle, "Conv2DOptions", 0.01, **options)
    output = model.tensor("pool", (1, 4, 4, 3), 0.1, -20)
    model.operator("MAX_POOL_2D", [middle], output, "Pool2DOptions", **POOL)
    return model


def test_s8_codes_are_held_128_higher(tmp_path):
    network = load(small_model(zero_point=-100).save(tmp_path / "m.tflite"))
    assert network.input_shape == (4, 4, 2)
    assert network.input_quantization == Quantization(float(np.float32(0.05)), 28)
    conv, pool = network.layers
    assert conv.quantization.zero_point == pool.quantization.zero_point == 108
    assert conv.weights.dtype == np.int8
    assert conv.is_symmetric
    assert (conv.inputs, pool.inputs) == ((network.input_name,), (conv.name,))


def test_names_are_the_first_of_those_joined_printable_and_unique(tmp_path):
    model = small_model()
    model.tensors[0]["name"] = "  serving_default;other"
    names = {"conv": "block/Relu;block/Conv", "pool": "block/Relu;\nagain"}
    for tensor in model.tensors[1:]:
        tensor["name"] = names.get(tensor["name"], tensor["name"])
    network = load(model.save(tmp_path / "m.tflite"))
    assert network.input_name == "serving_default"
    assert [x.name for x in network.layers] == ["block/Relu", "block/Relu_2"]
    model.tensors[0]["name"] = "two\nlines"
    model.tensors[-1]["name"] = ""
    network = load(model.save(tmp_path / "m.tflite"))
    assert (network.input_name, network.layers[-1].name) == ("two_lines", "tensor_4")


def test_float_ends_are_left_out(tmp_path):
    """QUANTIZE in front and DEQUANTIZE behind give way to codes."""
    model = small_model()
    bare = load(model.save(tmp_path / "bare.tflite"))
    model.inputs = [model.tensor("float", (1, 4, 4, 2), kind="FLOAT32")]
    model.operators.insert(0, {"kind": "QUANTIZE", "inputs": model.inputs, "outputs": [0]})
    model.operators[0] |= {"options": None, "values": {}}
    last = model.operators[-1]["outputs"]
    model.operator("DEQUANTIZE", last, model.tensor("values", (1, 4, 4, 3), kind="FLOAT32"))
    network = load(model.save(tmp_path / "m.tflite"))
    assert network.input_name == "float"
    assert network.input_quantization == bare.input_quantization
    assert [x.name for x in network.layers] == [x.name for x in bare.layers]


def test_a_u8_input_is_turned_into_s8_by_a_layer(tmp_path):
    model = Builder(1, 4, 4, 1, scale=0.5, zero_point=3, kind="UINT8")
    inner = model.tensor("inner", (1, 4, 4, 1), 0.25, -128)
    model.operator("QUANTIZE", [0], inner)
    model.operator("RELU", [inner], model.tensor("out", (1, 4, 4, 1), 0.25, -128))
    path = model.save(tmp_path / "m.tflite")
    agrees(path, random_codes(model))
    assert load(path).input_quantization.zero_point == 3


def test_an_open_batch_is_one_image(tmp_path):
    model = small_model()
    model.tensors[0]["signature"] = (-1, 4, 4, 2)
    assert load(model.save(tmp_path / "m.tflite")).input_shape == (4, 4, 2)


def test_programs_load_either_format(tmp_path):
    for name in ("m.tflite", "a model with no ending"):
        path = small_model().save(tmp_path / name)
        assert [x.name for x in api.load(path).layers] == ["conv", "pool"]
