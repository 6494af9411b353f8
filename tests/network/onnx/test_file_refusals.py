"""Files that are no ONNX, damaged, or beyond what a network may be: refused in one line."""

import numpy as np
import onnx
import pytest
from onnx import helper

from hwgen.errors import ModelError
from hwgen.network.digits import model_path
from hwgen.network.onnx import load
from tests.network.onnx.qdq import refused, small_model


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


def test_operators_of_a_later_onnx(tmp_path):
    model, known = onnx.load(model_path()), onnx.defs.onnx_opset_version()
    model.opset_import[0].version = known + 1
    path = tmp_path / "m.onnx"
    onnx.save(model, path)
    rule = f"opset must be at most {known}, not {known + 1}"
    with pytest.raises(ModelError, match=rf"^model {path} {rule}$"):
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


def test_a_constant_node_outside_of_the_file(tmp_path):
    model = small_model().model("relu.real")
    (scale,) = (x for x in model.graph.initializer if x.name == "relu.scale")
    node = helper.make_node("Constant", [], ["relu.scale"], value=scale)
    node.attribute[0].t.data_location = onnx.TensorProto.EXTERNAL
    node.attribute[0].t.external_data.add(key="location", value="/etc/hostname")
    model.graph.initializer.remove(scale)
    model.graph.node.insert(0, node)
    path = tmp_path / "m.onnx"
    path.write_bytes(model.SerializeToString())
    rule = r"must hold its own data, but keeps relu\.scale elsewhere"
    with pytest.raises(ModelError, match=rf"^model {path} {rule}$"):
        load(path)


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


def test_an_input_of_integers(tmp_path):
    model = small_model().model("relu.real")
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    path = tmp_path / "m.onnx"
    onnx.save(model, path)
    rule = r"input image must be float32 \(ONNX's type 1\), not of type 2"
    with pytest.raises(ModelError, match=rf"^model {path} {rule}$"):
        load(path)


@pytest.mark.parametrize("sources", [("after", "conv"), ("nowhere", "conv"), ("conv", "after")])
def test_tensors_out_of_order(sources, tmp_path):
    """Nobody makes it, or somebody who reads from it."""
    builder = small_model(relu=False)
    builder.node("Add", list(sources), "before")
    builder.node("Relu", ["before"], "after")
    path = builder.save(tmp_path / "m.onnx", "after")
    rule = r"is not valid ONNX: Nodes in a graph must be topologically sorted, [^\n]+"
    with pytest.raises(ModelError, match=rf"^model {path} {rule}$"):
        load(path)
