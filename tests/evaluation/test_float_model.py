"""Float models as onnxruntime runs them, under the names of a network's layers."""

import sys
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hwgen.errors import ModelError, ToolError
from hwgen.evaluation.float_model import FloatModel
from hwgen.evaluation.floats import dequantized, run_floats
from hwgen.golden.im2col import im2col
from hwgen.network.load import load

RNG = np.random.default_rng(5)
STEM = RNG.normal(size=(4, 2, 3, 3)).astype(np.float32)


def saved(folder, batch="N", name="stem", nodes=(), shape=(2, 6, 6)):
    """A convolution, its ReLU, and a head behind a pool."""
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["image", "w"], ["conv"], name=name, pads=[1] * 4),
            helper.make_node("Relu", ["conv"], ["relu"], name="relu"),
            helper.make_node("GlobalAveragePool", ["relu"], ["mean"], name="mean"),
            helper.make_node("Flatten", ["mean"], ["logits"], name="head"),
            *nodes,
        ],
        "float",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [batch, *shape])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, 4])],
        [numpy_helper.from_array(STEM, "w")],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.x", 1)],
        ir_version=9,
    )
    path = folder / "float.onnx"
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("batch", ["N", 1])
def test_a_layer_is_the_node_of_its_name_behind_its_activation(network, images, tmp_path, batch):
    stem = replace(network, layers=network.layers[:1])
    found = FloatModel(saved(tmp_path, batch))(stem, images[:3])
    assert set(found) == {"stem"}  # the others have other names
    values = dequantized(images[:3], network.input_quantization)
    taps = im2col(values, network.layers[0], 0.0)
    weights = STEM.transpose(0, 2, 3, 1).reshape(4, -1).T
    expected = np.maximum(taps @ weights, 0).reshape(3, 6, 6, 4)
    np.testing.assert_allclose(found["stem"], expected, rtol=1e-4, atol=1e-4)


def test_flat_tensors_are_those_of_one_position(network, images, tmp_path):
    head = replace(network.layers[-2], inputs=("image",), shape=(1, 1, 4))
    found = FloatModel(saved(tmp_path))(replace(network, layers=(head,)), images[:3])
    assert found["head"].shape == (3, 1, 1, 4)


def test_a_bias_that_is_added_behind_its_layer_belongs_to_it(network, images, tmp_path):
    path = saved(tmp_path)
    without = FloatModel(path)(replace(network, layers=network.layers[:1]), images[:3])
    model = onnx.load(path)
    model.graph.initializer.append(numpy_helper.from_array(np.float32([[[100]]]), "bias"))
    model.graph.node[1].input[0] = "biased"
    model.graph.node.insert(1, helper.make_node("Add", ["conv", "bias"], ["biased"], name="bias"))
    onnx.save(model, path)
    found = FloatModel(path)(replace(network, layers=network.layers[:1]), images[:3])
    at = without["stem"] > 0
    np.testing.assert_allclose(found["stem"][at], without["stem"][at] + 100, rtol=1e-4)


def test_a_model_of_other_names_is_refused(network, images, tmp_path):
    layer = replace(network.layers[0], name="other")
    model = FloatModel(saved(tmp_path))
    line = r"must name nodes as the network names its layers, but lacks 1 of 1 .*such as other$"
    with pytest.raises(ModelError, match=line):
        model(replace(network, layers=(layer,)), images)


def test_a_part_of_a_model_is_refused(network, images, tmp_path):
    line = r"but lacks 1 of 2 that multiply, such as depthwise$"
    with pytest.raises(ModelError, match=line):
        FloatModel(saved(tmp_path))(replace(network, layers=network.layers[:2]), images[:3])


def test_two_nodes_of_one_name_are_refused(tmp_path):
    twin = helper.make_node("Relu", ["logits"], ["more"], name="head")
    with pytest.raises(ModelError, match=r"node head \(Relu\): node names must differ from each"):
        FloatModel(saved(tmp_path, nodes=[twin]))


def test_a_tensor_of_another_size_is_refused(network, images, tmp_path):
    line = r"node head must have the shape \[1, 1, 5\] of the network's layer, not \[4\]$"
    with pytest.raises(ModelError, match=line):
        FloatModel(saved(tmp_path))(network, images[:3])
    stem = replace(network.layers[0], shape=(3, 3, 16))  # as many values
    with pytest.raises(ModelError, match=r"must have the shape \[3, 3, 16\] .* not \[4, 6, 6\]$"):
        FloatModel(saved(tmp_path))(replace(network, layers=(stem,)), images[:3])


def test_a_model_of_another_input_is_refused(network, images, tmp_path):
    model = FloatModel(saved(tmp_path, shape=(2, 8, 6)))
    line = r"must have the input shape \[2, 6, 6\], not \[2, 8, 6\]$"
    with pytest.raises(ModelError, match=line):
        model(network, images)


def test_a_model_of_fixed_batches_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"float\.onnx must have a free batch, not 8$"):
        FloatModel(saved(tmp_path, batch=8))


def test_what_onnxruntime_cannot_run_is_refused(network, images, tmp_path):
    line = r"^model .*float\.onnx cannot be run: .*odd.*$"
    stranger = helper.make_node("Stranger", ["logits"], ["more"], name="odd", domain="com.x")
    with pytest.raises(ModelError, match=r"^model .*float\.onnx cannot be run: .*Stranger.*$"):
        FloatModel(saved(tmp_path, nodes=[stranger]))
    four_images_only = helper.make_node("MatMul", ["logits", "logits"], ["more"], name="odd")
    model = FloatModel(saved(tmp_path, nodes=[four_images_only]))
    named = replace(network.layers[0], name="odd", shape=(1, 1, 4))
    with pytest.raises(ModelError, match=line):
        model(replace(network, layers=(named,)), images[:3])


def test_a_missing_onnxruntime_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    line = r"^a float model needs onnxruntime; to install it: pip install 'hwgen\[quantize\]'$"
    with pytest.raises(ToolError, match=line):
        FloatModel(saved(tmp_path))


def test_a_real_model_agrees_with_the_network_without_rounding(shared_data):
    models = shared_data / "models"
    network = load(models / "lenet5_mnist_int8qdq_pc.onnx")
    with np.load(shared_data / "mnist_test.npz") as archive:
        codes = archive["images"][:20, ..., None]  # of a unit of 1 / 255
    reference = FloatModel(models / "lenet5_mnist_fp32.onnx")(network, codes)
    assert set(reference) == {x.name for x in network.layers}
    for name, values in run_floats(network, codes).items():
        if name in reference:
            noise = ((values - reference[name]) ** 2).sum() / (reference[name] ** 2).sum()
            assert noise < 1e-3, name
