"""Float models become 8-bit ones that hwgen imports."""

import builtins
import re

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from hwgen import golden
from hwgen.errors import DataError, ModelError, SpecError, ToolError
from hwgen.network.onnx import load
from hwgen.network.quantize import Scheme, calibration_images, quantize

SHAPE = (3, 8, 8)


@pytest.fixture
def model(tmp_path):
    """A float model: convolution, normalization, residual sum, pooling, fully connected."""
    return float_model(tmp_path / "float.onnx")


def float_model(path, last="Identity"):
    rng = np.random.default_rng(0)
    constants = {
        "w": rng.normal(0, 0.3, (3, 3, 3, 3)),
        "b": rng.normal(0, 0.1, 3),
        "gain": rng.uniform(0.5, 2, 3),
        "shift": rng.normal(0, 0.1, 3),
        "mean": rng.normal(0, 0.1, 3),
        "variance": rng.uniform(0.5, 2, 3),
        "v": rng.normal(0, 0.3, (5, 3)),
    }
    nodes = [
        helper.make_node("Conv", ["image", "w", "b"], ["conv"], "conv", pads=[1, 1, 1, 1]),
        helper.make_node(
            "BatchNormalization", ["conv", "gain", "shift", "mean", "variance"], ["normal"], "bn"
        ),
        helper.make_node("Relu", ["normal"], ["relu"], "relu"),
        helper.make_node("Add", ["relu", "image"], ["sum"], "sum"),
        helper.make_node("GlobalAveragePool", ["sum"], ["pooled"], "pool"),
        helper.make_node("Flatten", ["pooled"], ["flat"], "flat"),
        helper.make_node("Gemm", ["flat", "v"], ["last"], "fc", transB=1),
        helper.make_node(last, ["last"], ["logits"], "end"),
    ]
    graph = helper.make_graph(
        nodes,
        "float",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", *SHAPE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 5])],
        [numpy_helper.from_array(x.astype(np.float32), name) for name, x in constants.items()],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6)
    onnx.save(proto, path)
    return path


def images(count=40):
    return np.random.default_rng(1).normal(0, 1, (count, *SHAPE)).astype(np.float32)


SCHEMES = [
    Scheme(),
    Scheme(per_channel=True, format="qoperator"),
    Scheme(weights="u8", symmetric="none"),
    Scheme(activations="s8", symmetric="both"),
    Scheme(calibration="percentile"),
    Scheme(calibration="entropy", per_channel=True),
]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_result_is_close_to_the_float_model(scheme, model, tmp_path):
    network = quantize(model, images(), tmp_path / "q.onnx", scheme)
    session = onnxruntime.InferenceSession(model)
    expected = session.run(None, {"image": images()})[0]
    source, target = network.input_quantization, network.layers[-1].quantization
    codes = np.clip(np.rint(images() / source.scale) + source.zero_point, 0, 255).astype(np.uint8)
    found = golden.run(network, codes.transpose(0, 2, 3, 1), golden.exact_mapping(network))
    logits = found[network.layers[-1].name].reshape(len(expected), -1).astype(float)
    error = target.scale * (logits - target.zero_point) - expected
    assert np.abs(error).mean() < 0.05 * np.ptp(expected)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_equal_requests_give_equal_bytes(scheme, model, tmp_path):
    for name in ("one.onnx", "two.onnx"):
        quantize(model, images(), tmp_path / name, scheme)
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()


def test_codes_are_as_the_scheme_says(model, tmp_path):
    network = quantize(model, images(), tmp_path / "q.onnx", Scheme())
    assert all(layer.is_symmetric for layer in network.convolutions)
    asymmetric = Scheme(weights="u8", symmetric="none")
    network = quantize(model, images(), tmp_path / "q.onnx", asymmetric)
    assert not any(layer.is_symmetric for layer in network.convolutions)
    network = quantize(
        model, images(), tmp_path / "q.onnx", Scheme(activations="s8", symmetric="both")
    )
    assert {x.zero_point for x in network.quantizations.values()} == {128}
    for is_per_channel in (False, True):
        quantize(model, images(), tmp_path / "q.onnx", Scheme(per_channel=is_per_channel))
        (layer, _) = load(tmp_path / "q.onnx").convolutions
        assert (len(set(layer.rescale)) > 1) is is_per_channel


def test_images_are_taken_in_the_order_of_the_model(model, tmp_path):
    pixels = np.arange(4 * 8 * 8 * 3, dtype=np.uint8).reshape(4, 8, 8, 3)
    np.savez(tmp_path / "data.npz", images=pixels, labels=np.zeros(4, np.uint8))
    found = calibration_images(model, tmp_path / "data.npz", "divide = 2", 3)
    np.testing.assert_array_equal(found, pixels[:3].transpose(0, 3, 1, 2) / np.float32(2))


def refused(kind, message, *args):
    with pytest.raises(kind, match=rf"^{message}$"):
        quantize(*args)


def test_a_model_that_is_quantized_already(model, tmp_path):
    path = tmp_path / "q.onnx"
    quantize(model, images(), path, Scheme())
    message = re.escape(f"model {path} must be a float model, but is quantized already")
    refused(ModelError, message, path, images(), tmp_path / "again.onnx", Scheme())


def test_an_operator_that_hwgen_does_not_execute(tmp_path):
    path = float_model(tmp_path / "m.onnx", "Erf")
    message = (
        rf"model {re.escape(str(path))} quantized is no network for hwgen: node [^\n]+Erf[^\n]+"
    )
    refused(ModelError, message, path, images(), tmp_path / "q.onnx", Scheme())


def test_a_model_that_onnxruntime_refuses(tmp_path):
    path = float_model(tmp_path / "m.onnx")
    proto = onnx.load(path)
    proto.graph.node[3].input[1] = "flat of nothing"
    del proto.graph.initializer[0]
    onnx.save(proto, path)
    message = rf"model {re.escape(str(path))} (cannot be quantized|is not valid ONNX): [^\n]+"
    refused(ModelError, message, path, images(), tmp_path / "q.onnx", Scheme())


def test_images_of_another_shape(model, tmp_path):
    message = r"calibration images must have the shape \[N, 3, 8, 8\], not \[40, 3, 8, 7\]"
    refused(DataError, message, model, images()[..., :7], tmp_path / "q.onnx", Scheme())


def test_images_that_are_no_numbers(model, tmp_path):
    wrong = images()
    wrong[3, 2, 1, 0] = np.nan
    message = "calibration images must be finite, but some values are not"
    refused(DataError, message, model, wrong, tmp_path / "q.onnx", Scheme())


def test_a_machine_without_onnxruntime(model, tmp_path, monkeypatch):
    whole = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("onnxruntime"):
            raise ImportError(name)
        return whole(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    message = r"quantization needs onnxruntime; to install it: pip install 'hwgen\[quantize\]'"
    refused(ToolError, message, model, images(), tmp_path / "q.onnx", Scheme())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weights": "s4"}, r"Scheme weights must be one of s8, u8, not 's4'"),
        ({"symmetric": "all"}, r"Scheme symmetric must be one of weights, both, none, not 'all'"),
        (
            {"weights": "u8", "activations": "s8"},
            r"Scheme weights must be s8 where activations are s8, not u8",
        ),
    ],
)
def test_a_scheme_that_there_is_not(settings, message):
    with pytest.raises(SpecError, match=rf"^{message}$"):
        Scheme(**settings)
