"""Operators that do not multiply, bit for bit as TFLite's reference kernels, on small models."""

import numpy as np
import pytest
import tflite

from hwgen.network.graph import Concat, Pad, Pool, Reshape, Slice
from tests.network.tflite.builder import Builder
from tests.network.tflite.reference import agrees, check

SAME, VALID = tflite.Padding.SAME, tflite.Padding.VALID
RELU, RELU6 = tflite.ActivationFunctionType.RELU, tflite.ActivationFunctionType.RELU6


@pytest.mark.parametrize("activation", [0, RELU6])
@pytest.mark.parametrize(("scale", "zero_point"), [(0.07, 3), (0.05, -128), (0.004, -3)])
def test_sums(tmp_path, activation, scale, zero_point):
    """Of the input and itself in other units."""
    model = Builder(1, 5, 5, 8, scale=0.05, zero_point=-3)
    turned = model.tensor("turned", (1, 5, 5, 8), 0.031, 44)
    model.operator("QUANTIZE", [0], turned)
    output = model.tensor("out", (1, 5, 5, 8), scale, zero_point)
    model.operator("ADD", [0, turned], output, "AddOptions", FusedActivationFunction=activation)
    check(model, tmp_path, 100)


@pytest.mark.parametrize("kind", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
@pytest.mark.parametrize("padding", [SAME, VALID])
@pytest.mark.parametrize(
    ("kernel", "stride"), [((2, 2), (2, 2)), ((3, 3), (1, 2)), ((5, 4), (3, 3))]
)
@pytest.mark.parametrize("activation", [0, RELU])
def test_pools(tmp_path, kind, padding, kernel, stride, activation):
    model = Builder(1, 9, 8, 5, zero_point=-20)
    height, width = (
        -(-size // s) if padding == SAME else (size - k) // s + 1
        for size, k, s in zip((9, 8), kernel, stride, strict=True)
    )
    output = model.tensor("out", (1, height, width, 5), 0.05, -20)
    options = {"Padding": padding, "StrideH": stride[0], "StrideW": stride[1]}
    options |= {"FilterHeight": kernel[0], "FilterWidth": kernel[1]}
    options |= {"FusedActivationFunction": activation}
    model.operator(kind, [0], output, "Pool2DOptions", **options)
    layer, codes = check(model, tmp_path, 40)
    assert isinstance(layer, Pool)
    assert codes.min() >= (108 if activation else 0)


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize(("axes", "dims"), [((1, 2), (1, 1, 1, 6)), ((-3,), (1, 1, 5, 6))])
@pytest.mark.parametrize(("scale", "zero_point"), [(0.05, -3), (0.011, 90), (0.3, -128)])
def test_means(tmp_path, keep, axes, dims, scale, zero_point):
    model = Builder(1, 7, 5, 6)
    dims = dims if keep else tuple(x for i, x in enumerate(dims) if i == 0 or x != 1)
    output = model.tensor("out", dims, scale, zero_point)
    model.operator("MEAN", [0, model.indices(*axes)], output, "ReducerOptions", KeepDims=keep)
    check(model, tmp_path, 500)


@pytest.mark.parametrize("kind", ["RELU", "RELU6", "RELU_N1_TO_1"])
@pytest.mark.parametrize(("scale", "zero_point"), [(0.05, -3), (0.031, -128), (0.2, 14)])
def test_activations_that_stand_alone(tmp_path, kind, scale, zero_point):
    model = Builder(1, 4, 8, 8)
    model.operator(kind, [0], model.tensor("out", (1, 4, 8, 8), scale, zero_point))
    check(model, tmp_path)


@pytest.mark.parametrize(("scale", "zero_point"), [(0.05, 9), (0.031, -128), (0.2, 14), (1e-9, 0)])
@pytest.mark.parametrize("kinds", [("INT8", "INT8"), ("UINT8", "INT8"), ("INT8", "UINT8")])
def test_requantizations(tmp_path, scale, zero_point, kinds):
    source, target = kinds
    model = Builder(1, 16, 16, 1, zero_point=100, kind=source)
    zero_point += 128 if target == "UINT8" else 0
    output = model.tensor("out", (1, 16, 16, 1), scale, zero_point, kind=target)
    model.operator("QUANTIZE", [0], output)
    path = model.save(tmp_path / "m.tflite")
    every = np.arange(256).astype(np.dtype(source.lower())).reshape(1, 16, 16, 1)
    assert len(np.unique(agrees(path, every)["out"])) > 2


@pytest.mark.parametrize("axis", [1, 2, 3, -1])
def test_concatenations(tmp_path, axis):
    model = Builder(1, 4, 4, 4)
    part = model.tensor("part", (1, 4, 4, 4), 0.05, -3)
    options = {"Padding": SAME, "StrideH": 1, "StrideW": 1, "FilterHeight": 2, "FilterWidth": 2}
    model.operator("MAX_POOL_2D", [0], part, "Pool2DOptions", **options)
    dims = [1, 4, 4, 4]
    dims[axis] = 12
    output = model.tensor("out", dims, 0.05, -3)
    model.operator("CONCATENATION", [0, part, 0], output, "ConcatenationOptions", Axis=axis)
    layer, _ = check(model, tmp_path)
    assert isinstance(layer, Concat)


def test_margins(tmp_path):
    model = Builder(1, 3, 4, 2)
    margins = model.constant("margins", np.array([[0, 0], [1, 2], [0, 3], [2, 1]], np.int32))
    model.operator("PAD", [0, margins], model.tensor("out", (1, 6, 7, 5), 0.05, -3), "PadOptions")
    layer, codes = check(model, tmp_path)
    assert isinstance(layer, Pad)
    assert (codes[:, 0] == 125).all()


def test_margins_of_another_code(tmp_path):
    model = Builder(1, 3, 8)
    margins = model.constant("margins", np.array([[0, 0], [1, 0], [0, 2]], np.int32))
    fill = model.constant("fill", np.array([-77], np.int8), 0.05, -3)
    output = model.tensor("out", (1, 4, 10), 0.05, -3)
    model.operator("PADV2", [0, margins, fill], output, "PadV2Options")
    _, codes = check(model, tmp_path)
    assert (codes[:, :, 0] == 51).all()


def test_strided_slices(tmp_path):
    """The shortcut of CIFAR's residual networks, with masks and ends from behind."""
    model = Builder(1, 7, 8, 6)
    parameters = [
        model.indices(0, -6, 3, 1),
        model.indices(1, 7, -1, 99),
        model.indices(1, 2, 3, 2),
    ]
    output = model.tensor("out", (1, 3, 3, 3), 0.05, -3)
    masks = {"BeginMask": 0b0100, "EndMask": 0b0001}
    model.operator("STRIDED_SLICE", [0, *parameters], output, "StridedSliceOptions", **masks)
    layer, _ = check(model, tmp_path)
    assert isinstance(layer, Slice)
    assert (layer.start, layer.step) == ((1, 0, 1), (2, 3, 2))


def test_boxes(tmp_path):
    model = Builder(1, 7, 8, 6)
    parameters = [model.indices(0, 2, 0, 1), model.indices(1, 3, -1, 4)]
    output = model.tensor("out", (1, 3, 8, 4), 0.05, -3)
    model.operator("SLICE", [0, *parameters], output)
    layer, _ = check(model, tmp_path)
    assert (layer.start, layer.shape) == ((2, 0, 1), (3, 8, 4))


@pytest.mark.parametrize("beta", [1.0, 0.25])
@pytest.mark.parametrize("scale", [0.14469251, 0.9, 1e-4, 2.0**-7, 50.0])
def test_softmax(tmp_path, scale, beta):
    """All pairs of codes, and seeded vectors of some lengths."""
    pairs = np.stack(np.meshgrid(*[np.arange(-128, 128, dtype=np.int8)] * 2), axis=-1)
    rng = np.random.default_rng(6)
    vectors = [rng.integers(-128, 128, (64, 64, size), np.int8) for size in (1, 10, 300)]
    for codes in (pairs, *vectors):
        model = Builder(1, *codes.shape, scale=scale, zero_point=14)
        output = model.tensor("out", (1, *codes.shape), 1 / 256, -128)
        model.operator("SOFTMAX", [0], output, "SoftmaxOptions", Beta=beta)
        agrees(model.save(tmp_path / "m.tflite"), codes[None])


NEW_AXES = {
    "reshape": ((1, 4, 1, 12), "RESHAPE", (1, 6, 4, 2), {}, (1, 6, 4, 2)),
    "flatten": ((1, 4, 1, 12), "RESHAPE", (-1, 48), {}, (1, 48)),
    "reshape by options": (
        (1, 4, 12),
        "RESHAPE",
        None,
        {"NewShape": [1, -1, 12, 2]},
        (1, 2, 12, 2),
    ),
    "squeeze": ((1, 4, 1, 12), "SQUEEZE", None, {"SqueezeDims": [2]}, (1, 4, 12)),
    "squeeze nothing": ((1, 1, 4, 12), "SQUEEZE", None, {"SqueezeDims": [1]}, (1, 4, 12)),
    "expand": ((1, 4, 12), "EXPAND_DIMS", (2,), {}, (1, 4, 1, 12)),
    "expand in front": ((1, 4, 12), "EXPAND_DIMS", (1,), {}, (1, 1, 4, 12)),
}


@pytest.mark.parametrize("case", NEW_AXES)
def test_new_axes(tmp_path, case):
    source, kind, operand, values, dims = NEW_AXES[case]
    model = Builder(*source)
    first = model.tensor("first", source, 0.03, 4)
    model.operator("QUANTIZE", [0], first)
    inputs = [first] if operand is None else [first, model.indices(*operand)]
    output = model.tensor("out", dims, 0.03, 4)
    options = f"{kind.capitalize()}Options" if values else None
    model.operator(kind, inputs, output, options, **values)
    last, _ = check(model, tmp_path)
    # No layer is needed where only axes of size 1 in front come or go.
    changes = case not in ("squeeze nothing", "expand in front")
    assert isinstance(last, Reshape if changes else Pool)
    assert last.shape == (1, 1, 1, *dims[1:])[-3:]
