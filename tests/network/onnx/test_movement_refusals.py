"""Operators that move codes in ways that hwgen does not: refused in one line."""

import numpy as np
import pytest

from hwgen.network.graph import Pool
from hwgen.network.onnx import load
from hwgen.network.onnx.lengths import BATCH
from tests.network.onnx.qdq import Builder, refused, small_model

SCALAR = (
    "target (Slice): its integers must fit: can only convert an array of size 1 to a Python scalar"
)


def moved(operator, *inputs, **attributes):
    """``operator`` behind the small model's ``[3, 4, 4]`` image; inputs are constants or None."""
    builder = small_model()
    names = [
        "" if value is None else builder.constant(f"input{index}", np.asarray(value))
        for index, value in enumerate(inputs, start=1)
    ]
    builder.node(operator, ["relu.real", *names], "next", **attributes)
    return builder


@pytest.mark.parametrize(
    ("inputs", "attributes", "rule"),
    [
        (([0, 0, 1, 1, 0, 0, 1, 1],), {"mode": "reflect"}, "mode must be constant, not reflect"),
        (([0, 0, 1, 1],), {}, "pads must hold 8 numbers from 0 up, not [0, 0, 1, 1]"),
        (([0, 0, -1, 0] * 2,), {},
         "pads must hold 8 numbers from 0 up, not [0, 0, -1, 0, 0, 0, -1, 0]"),
        (([1, 0, 0, 0] * 2,), {}, "axis must be from 1 to 3, behind the batch, not 0"),
        (([0, 0, 1, 1] * 2, np.float32(0.17)), {},
         "the value must be one that the input's codes stand for, not 0.17"),
        (([0, 0, 1, 1] * 2, np.float32(-0.1)), {},
         "the value must be one that the input's codes stand for, not -0.1"),
        (([0, 0, 1, 1] * 2, np.float32(np.inf)), {},
         "the value must be one that the input's codes stand for, not inf"),
        (([0, 0, 1, 1] * 2, np.ones(2, np.float32)), {}, "value must be a constant number"),
        ((np.ones(8, np.float32),), {}, "pads must be a constant list of integers"),
    ],
)  # fmt: skip
def test_a_pad_of_another_form(inputs, attributes, rule, tmp_path):
    builder = moved("Pad", *inputs, **attributes)
    refused(builder, tmp_path, f"node next (Pad): {rule}", "next")


@pytest.mark.parametrize(
    ("inputs", "rule"),
    [
        (([0], [2], [2], [-1]), "steps must be positive, not -1"),
        (([0], [2], [2], [0]), "steps must be positive, not 0"),
        (([0, 0], [2], [2]), "starts, ends, axes and steps must be equally long"),
        (([0, 0], [2, 3], [2, 2]), "axes must differ, not be [2, 2]"),
        (([3], [3], [2]), "there must be something left of axis 2: 3 to 3"),
        (([0], [1], [0]), "axis must be from 1 to 3, behind the batch, not 0"),
        (([0], [1], [4]), "axis must be from 1 to 3, behind the batch, not 4"),
    ],
)
def test_a_slice_of_another_form(inputs, rule, tmp_path):
    refused(moved("Slice", *inputs), tmp_path, f"node next (Slice): {rule}", "next")


def test_a_slice_of_merged_axes(tmp_path):
    builder = small_model()
    flat = builder.node("Flatten", ["relu.real"], "flat")
    limits = [builder.constant(name, np.array([x])) for name, x in (("from", 0), ("to", 9))]
    builder.node("Slice", [flat, *limits, builder.constant("axes", np.array([1]))], "next")
    rule = "axis 1 must be one of height, width and channels, not merged"
    refused(builder, tmp_path, f"node next (Slice): {rule}", "next")


def test_what_changes_nothing_is_no_layer(tmp_path):
    builder = small_model()
    pads = builder.constant("pads", np.zeros(8, np.int64))
    padded = builder.node("Pad", ["relu.real", pads], "padded")
    limits = [
        builder.constant(name, np.array(x)) for name, x in (("from", [0, 0]), ("to", [99] * 2))
    ]
    limits.append(builder.constant("axes", np.array([3, 1])))
    builder.node("Slice", [padded, *limits], "part")
    network = load(builder.save(tmp_path / "m.onnx", "part"))
    assert [layer.name for layer in network.layers] == ["conv"]


@pytest.mark.parametrize(
    ("shape", "axis", "rule"),
    [
        ((3, 4, 5), 1, "shapes must be equal but along the axis, not (4, 4, 3) and (4, 5, 3)"),
        ((3, 4, 4), 0, "axis must be from 1 to 3, behind the batch, not 0"),
        ((3, 4, 4), 4, "axis must be from 1 to 3, behind the batch, not 4"),
    ],
)
def test_a_concatenation_of_another_form(shape, axis, rule, tmp_path):
    builder = small_model()
    pads = builder.constant(
        "pads", np.array([0, 0, 0, 0, 0, 0, *np.subtract(shape, (3, 4, 4))[1:]])
    )
    other = builder.node("Pad", ["relu.real", pads], "other")
    builder.node("Concat", ["relu.real", other], "next", axis=axis)
    refused(builder, tmp_path, f"node next (Concat): {rule}", "next")


@pytest.mark.parametrize(
    ("operator", "inputs", "attributes", "rule"),
    [
        ("Reshape", ([2, -1],), {}, "shape must be [batch, ...], not [2, -1]"),
        ("Reshape", ([0, 48],), {"allowzero": 1}, "shape must be [batch, ...], not [0, 48]"),
        ("Reshape", ([-1, 0, 7],), {},
         "shape must hold 48 elements behind the batch, not [-1, 0, 7]"),
        ("Reshape", ([-1, 4, 12],), {},
         "the order of elements must stay, which [batch, ...] = [4, 12] changes"),
        ("Reshape", ([0, 5, -1],), {},
         "shape must hold 48 elements behind the batch, not [0, 5, -1]"),
        ("Reshape", ([0, -1, -1],), {},
         "shape must hold 48 elements behind the batch, not [0, -1, -1]"),
        ("Transpose", (), {"perm": [1, 0, 2, 3]},
         "perm must leave the batch in front of 3 axes, not [1, 0, 2, 3]"),
        ("Transpose", (), {"perm": [0, 1, 2]},
         "perm must leave the batch in front of 3 axes, not [0, 1, 2]"),
        ("Transpose", (), {}, "perm must leave the batch in front of 3 axes, not [3, 2, 1, 0]"),
        ("Squeeze", ([1],), {}, "axes must be of length 1, and not the batch, not [1]"),
        ("Squeeze", ([0],), {}, "axes must be of length 1, and not the batch, not [0]"),
        ("Squeeze", (), {}, "axes must be given"),
        ("Unsqueeze", ([0],), {}, "axes must differ and lie behind the batch, not [0]"),
        ("Unsqueeze", ([1, 1],), {}, "axes must differ and lie behind the batch, not [1, 1]"),
        ("ReduceMean", (), {"axes": [1, 2, 3]},
         "axes must be height, width or both, not [1, 2, 3]"),
        ("ReduceMean", (), {}, "axes must be height, width or both, not []"),
        ("ReduceMean", (), {"axes": [4]}, "axes must be height, width or both, not [4]"),
        ("Softmax", (), {"axis": 1},
         "input must be flat and axis 1, not of shape (4, 4, 3) and axis 1"),
        ("Dropout", (np.float32(0.5), True), {}, "training_mode must be false"),
        ("Clip", (np.float32(2), np.float32(1)), {},
         "min must be no larger than max, not 2 and 1"),
        ("Clip", (np.float32(np.nan),), {}, "min must be no larger than max, not nan and inf"),
    ],
)  # fmt: skip
def test_an_operator_of_another_form(operator, inputs, attributes, rule, tmp_path):
    builder = moved(operator, *inputs, **attributes)
    refused(builder, tmp_path, f"node next ({operator}): {rule}", "next")


def test_a_softmax_over_more_than_channels(tmp_path):
    builder = small_model()
    flat = builder.node("Flatten", ["relu.real"], "flat")
    builder.node("Softmax", [flat], "next")
    rule = "input must be channels only, not of shape (4, 4, 3)"
    refused(builder, tmp_path, f"node next (Softmax): {rule}", "next")


def test_a_softmax_into_codes_that_none_reaches(tmp_path):
    builder = Builder((4,))
    builder.quantize(builder.node("Softmax", [builder.source], "next"), 1e9)
    rule = "the scale of a Softmax over 4 channels must be at most 2**12, not 1e+09"
    refused(builder, tmp_path, f"node next (Softmax): {rule}", "next.real")


def test_a_softmax_at_the_end_that_nobody_quantizes_is_left_out(tmp_path):
    builder = Builder((4,))
    pool = builder.quantize(builder.node("Relu", [builder.source], "relu"), 0.04)
    builder.node("Softmax", [pool], "next")
    (layer,) = load(builder.save(tmp_path / "m.onnx", "next")).layers
    assert isinstance(layer, Pool)


def test_a_relabelling_of_weights(tmp_path):
    builder = small_model()
    builder.node("Flatten", ["w.real"], "next")
    refused(builder, tmp_path, "node next (Flatten): input w.real must not be a constant", "next")


def test_a_transpose_of_weights_by_other_axes(tmp_path):
    builder = small_model()
    builder.node("Transpose", ["w.real"], "next", perm=[0, 1, 2, 2])
    rule = "perm must hold [0, 1, 2, 3], not [0, 1, 2, 2]"
    refused(builder, tmp_path, f"node next (Transpose): {rule}", "next")


def lengths(operator, *inputs, **attributes):
    """A Reshape to what ``operator`` makes of the batch's length and constants."""
    builder = small_model()
    names = [builder.constant(f"input{i}", np.array(x)) for i, x in enumerate(inputs)]
    shape = builder.node("Shape", ["relu.real"], "lengths", end=1)
    target = builder.node(operator, [shape, *names], "target", **attributes)
    builder.node("Reshape", ["relu.real", target], "next")
    return builder


@pytest.mark.parametrize(
    ("operator", "inputs", "attributes", "rule"),
    [
        ("Gather", ([4],), {},
         "target (Gather): its integers must fit: index 4 is out of bounds for axis 0 with size 1"),
        ("Cast", (), {"to": 1}, "target (Cast): integers must be cast to int64"),
        ("Slice", ([[0], [1]],) * 2, {}, SCALAR),
    ],
)  # fmt: skip
def test_lengths_that_cannot_be_computed(operator, inputs, attributes, rule, tmp_path):
    builder = lengths(operator, *inputs, **attributes)
    refused(builder, tmp_path, f"node {rule}", "next")


def test_the_batch_elsewhere_than_in_front(tmp_path):
    builder = lengths("Concat", axis=0)
    builder.nodes[-2].input.insert(0, builder.constant("rest", np.array([-1])))
    rule = f"shape must hold 48 elements behind the batch, not [-1, {BATCH}]"
    refused(builder, tmp_path, f"node next (Reshape): {rule}", "next")


def test_lines_whose_order_changes(tmp_path):
    """A tensor seen as [N, C, H * W] has no axis of its own for height."""
    builder = small_model()
    shape = builder.constant("shape", np.array([0, 3, 16]))
    lines = builder.node("Reshape", ["relu.real", shape], "lines")
    turned = builder.node("Transpose", [lines], "turned", perm=[0, 2, 1])
    builder.node("GlobalAveragePool", [turned], "next")
    rule = "input must be an image, not in another order: ((0, 1), (2,))"
    refused(builder, tmp_path, f"node next (GlobalAveragePool): {rule}", "next")
