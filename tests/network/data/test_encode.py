"""Codes are those that ONNX's QuantizeLinear makes of the values."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from hwgen.network.data import load_split, load_values, preprocessing_of
from hwgen.network.data.encode import codes_of, quantize
from hwgen.network.data.preprocessing import Preprocessing
from hwgen.network.graph import Quantization

RESNET20 = "divide = 255, mean = [0.485, 0.456, 0.406], std = [0.229, 0.224, 0.225]"
PREPROCESSING = {  # of the shared models, as their README states it
    "resnet8_mlperftiny_cifar10": ("cifar10_test", "divide = 1"),
    "resnet8_alwann_cifar10": ("cifar10_test", "divide = 128, mean = 1"),
    "resnet20_cifar10": ("cifar10_test", RESNET20),
    "dscnn_mlperftiny_kws": ("kws_test", "scale = 0.5847029, zero_point = 83"),
    "lenet5_mnist": ("mnist_test", "divide = 255"),
}


def quantize_linear(values, quantization):
    """Codes by onnxruntime; its runs on a flat tensor of a few elements and on many differ."""
    node = helper.make_node("QuantizeLinear", ["x", "s", "z"], ["y"])
    constants = [
        helper.make_tensor("s", TensorProto.FLOAT, [], [quantization.scale]),
        helper.make_tensor("z", TensorProto.UINT8, [], [quantization.zero_point]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, None)
    y = helper.make_tensor_value_info("y", TensorProto.UINT8, None)
    graph = helper.make_graph([node], "graph", [x], [y], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"x": values})[0]


@pytest.mark.parametrize("zero_point", [0, 3, 128, 255])
@pytest.mark.parametrize("scale", [0.5, 0.0187, 1 / 255, 3e-39])
def test_values_are_rounded_as_onnxruntime_does(scale, zero_point):
    quantization = Quantization(float(np.float32(scale)), zero_point)
    rng = np.random.default_rng(0)
    halves = (np.arange(-600, 600) / 2 * quantization.scale).astype(np.float32)
    near = np.concatenate([np.nextafter(halves, np.inf), halves, np.nextafter(halves, -np.inf)])
    extremes = np.array([np.inf, -np.inf, 3e38, -3e38, 1e-45, 0.0, -0.0], np.float32)
    values = np.concatenate([near, extremes, rng.normal(0, 200 * scale, 1000).astype(np.float32)])
    np.testing.assert_array_equal(
        quantize(values, quantization), quantize_linear(values, quantization)
    )


@pytest.mark.parametrize("kind", [np.uint8, np.int8])
@pytest.mark.parametrize("mean", [(1.0,), (1.0, 0.5, 0.25)])
def test_tables_of_bytes_give_what_the_definition_gives(kind, mean):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (700, 32, 32, 3), np.uint8).view(kind)
    stated = Preprocessing(divide=(128,), mean=mean)
    quantization = Quantization(0.0078125, 128)
    expected = quantize(stated.values(images), quantization)
    found = codes_of(images, stated, quantization)
    np.testing.assert_array_equal(found, expected)
    wide = codes_of(images.astype(np.float64), stated, quantization)
    np.testing.assert_array_equal(wide, expected)


def test_planes_in_memory_become_codes_in_order():
    planes = np.random.default_rng(0).integers(0, 256, (5, 3, 4, 2), np.uint8)
    images = np.moveaxis(planes, 1, 3)
    for stated in (Preprocessing(codes=True), Preprocessing(divide=(1,))):
        found = codes_of(images, stated, Quantization(1.0, 0))
        np.testing.assert_array_equal(found, images)
        assert found.flags.c_contiguous


def test_twos_complement_codes_become_128_larger():
    images = np.arange(-128, 128, dtype=np.int8).reshape(1, 16, 16, 1)
    found = codes_of(images, Preprocessing(codes=True), Quantization(1.0, 0))
    np.testing.assert_array_equal(found.reshape(-1), np.arange(256))


@pytest.mark.parametrize("name", PREPROCESSING)
def test_real_data_become_the_codes_of_onnxruntime(shared_data, network, name):
    """All images of all shared models, whatever form they have been quantized in."""
    data, line = PREPROCESSING[name]
    models = sorted((shared_data / "models").glob(f"{name}_*int8*.onnx"))
    assert models
    for path in models:
        model = onnx.load(path)
        node = next(x for x in model.graph.node if x.op_type == "QuantizeLinear")
        assert node.input[0] == "input"
        constants = {x.name: onnx.numpy_helper.to_array(x) for x in model.graph.initializer}
        scale, zero_point = (constants[x].item() for x in node.input[1:3])
        axes = model.graph.input[0].type.tensor_type.shape.dim
        channels, height, width = (x.dim_value for x in axes[1:])
        shape = (height, width, channels)
        own = network(shape, 12, scale, zero_point)
        stated = preprocessing_of(path, line)
        codes = load_split(shared_data / f"{data}.npz", own, stated).images
        values = load_values(shared_data / f"{data}.npz", shape, stated, "test")
        expected = quantize_linear(values, own.input_quantization)
        np.testing.assert_array_equal(codes, expected)
