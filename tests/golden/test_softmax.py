"""Softmax rounded once: a division by hand, and onnxruntime's floats."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from hwgen.golden.softmax import softmax
from hwgen.network.exponential import exponentials, probability
from hwgen.network.graph import Quantization, Softmax


def layer(scale, output, zero_point, channels):
    return Softmax(
        name="soft",
        inputs=("x",),
        shape=(1, 1, channels),
        quantization=Quantization(output, zero_point),
        table=exponentials(scale),
        rescale=probability(output, channels),
    )


def test_equal_codes_share_the_whole_and_ties_go_to_even():
    codes = np.full((1, 1, 1, 2), 99, np.uint8)
    assert softmax(layer(0.3, 1 / 255, 0, 2), codes).ravel().tolist() == [128, 128]  # 127.5
    assert softmax(layer(0.3, 1 / 253, 0, 2), codes).ravel().tolist() == [126, 126]  # 126.5
    assert softmax(layer(0.3, 1 / 64, 5, 2), codes).ravel().tolist() == [37, 37]


def test_a_certain_code_is_clamped():
    codes = np.array([[[[255, 0, 0]]]], np.uint8)
    assert softmax(layer(1.0, 1 / 256, 0, 3), codes).ravel().tolist() == [255, 0, 0]


def reference(codes, scale, output):
    """onnxruntime: DequantizeLinear, Softmax in float32, QuantizeLinear."""
    constants = [
        helper.make_tensor(name, TensorProto.FLOAT, [], [value])
        for name, value in (("scale", scale), ("output", output))
    ]
    nodes = [
        helper.make_node("DequantizeLinear", ["x", "scale"], ["real"]),
        helper.make_node("Softmax", ["real"], ["soft"], axis=-1),
        helper.make_node("QuantizeLinear", ["soft", "output"], ["y"]),
    ]
    values = [
        helper.make_tensor_value_info(name, TensorProto.UINT8, ["N", codes.shape[-1]])
        for name in ("x", "y")
    ]
    graph = helper.make_graph(nodes, "softmax", values[:1], values[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"x": codes})[0]


@pytest.mark.parametrize("output", [1 / 256, 1 / 255, 0.0037])
@pytest.mark.parametrize("scale", [0.02, 0.1446925, 1.1])
@pytest.mark.parametrize("channels", [2, 10, 100, 1000])
def test_codes_are_those_of_onnxruntime(channels, scale, output):
    rng = np.random.default_rng(channels)
    if channels == 2:
        codes = np.stack(np.meshgrid(np.arange(256), np.arange(256)), axis=-1).reshape(-1, 2)
    else:
        codes = rng.integers(0, 256, (200_000 // channels, channels))
    codes = codes.astype(np.uint8)
    scale, output = float(np.float32(scale)), float(np.float32(output))
    expected = reference(codes, scale, output).astype(int)
    found = softmax(layer(scale, output, 0, channels), codes[:, None, None, :])[:, 0, 0].astype(int)
    assert len(np.unique(expected)) > 1
    assert np.abs(found - expected).max() <= 1
    assert (found == expected).mean() >= 0.9999
