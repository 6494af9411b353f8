"""Refusals of single operators, one line each."""

import numpy as np
import pytest
import tflite

from tests.network.tflite.builder import Builder, refused

SAME = tflite.Padding.SAME


def single(kind, inputs=(), options=None, dims=(1, 4, 4, 2), out=None, **values):
    """One operator on an image of ``dims``; ``inputs`` are constants that follow it."""
    model = Builder(*dims)
    operands = [0, *(model.constant("constant", x) for x in inputs)]
    output = model.tensor("out", out or dims, 0.05, -3)
    model.operator(kind, operands, output, options, **values)
    return model


def indices(*values):
    return np.array(values, np.int32)


def sliced(begin, end, step, **masks):
    parameters = [indices(*x) for x in (begin, end, step)]
    return single("STRIDED_SLICE", parameters, "StridedSliceOptions", **masks)


CASES = {
    "mean over channels": (
        single("MEAN", [indices(1, 3)], "ReducerOptions", KeepDims=True),
        "(MEAN): the axes must be height, width or both of [1, 4, 4, 2], not [1, 3]",
    ),
    "mean over the batch": (
        single("MEAN", [indices(-4)], "ReducerOptions"),
        "(MEAN): the axes must be height, width or both of [1, 4, 4, 2], not [0]",
    ),
    "mean over the width": (
        single("MEAN", [indices(2)], "ReducerOptions", out=(1, 4, 2)),
        "(MEAN): a mean over the width alone must keep its axes",
    ),
    "slice beyond the end": (
        single("SLICE", [indices(0, 2, 0, 0), indices(1, 3, 4, 2)]),
        "(SLICE): axis 1 of 4 must hold 3 elements from 2 on, every 1",
    ),
    "slice of too few axes": (
        single("SLICE", [indices(0, 2), indices(1, 2)]),
        "(SLICE): there must be 4 beginnings and sizes, not 2 and 2",
    ),
    "empty slice": (
        sliced((0, 3, 0, 0), (1, 3, 4, 2), (1, 1, 1, 1)),
        "(STRIDED_SLICE): axis 1 of 4 must hold 0 elements from 3 on, every 1",
    ),
    "backwards": (
        sliced((0, 3, 0, 0), (1, 0, 4, 2), (1, -1, 1, 1)),
        ("(STRIDED_SLICE): there must be 4 beginnings, ends and positive strides, "
        "not [0, 3, 0, 0], [1, 0, 4, 2] and [1, -1, 1, 1]"),
    ),
    "axis gone": (
        sliced((0, 0, 0, 0), (1, 1, 4, 2), (1, 1, 1, 1), ShrinkAxisMask=2),
        "(STRIDED_SLICE): ShrinkAxisMask must be 0, not 2",
    ),
    "margin of the batch": (
        single("PAD", [indices(1, 0, 0, 0, 0, 0, 0, 0)]),
        ("(PAD): the paddings must be 4 pairs from 0 up, the batch's 0, "
        "not [1, 0, 0, 0, 0, 0, 0, 0]"),
    ),
    "half a margin": (
        single("PAD", [indices(0, 0, 1)]),
        "(PAD): the paddings must be 4 pairs from 0 up, the batch's 0, not [0, 0, 1]",
    ),
    "fill of other units": (
        single("PADV2", [indices(*[0] * 8), np.array([5], np.int8)]),
        "(PADV2): constant must have one scale and one zero point, not 0 and 0",
    ),
    "reshape to other sizes": (
        single("RESHAPE", [indices(1, 31)], out=(1, 31)),
        "(RESHAPE): the output must hold as much as the input [1, 4, 4, 2], not [1, 31]",
    ),
    "reshape of the batch": (
        single("RESHAPE", [indices(2, 16)], out=(2, 16)),
        "(RESHAPE): a tensor must have 2 to 4 axes, the first a batch of 1, not [2, 16]",
    ),
    "reshape by two unknowns": (
        single("RESHAPE", [indices(-1, -1)], out=(1, 32)),
        "(RESHAPE): the shape must be sizes, one of them -1 at most, not [-1, -1]",
    ),
    "reshape without a shape": (
        single("RESHAPE", out=(1, 32)),
        "(RESHAPE): its options must be ReshapeOptions",
    ),
    "squeeze of the batch": (
        single("SQUEEZE", [], "SqueezeOptions", (1, 1, 1, 2), (1, 2)),
        "(SQUEEZE): axes to squeeze must be of size 1 and not the batch, not [0, 1, 2]",
    ),
    "expansion beyond": (
        single("EXPAND_DIMS", [indices(4)], dims=(1, 4, 2), out=(1, 4, 2, 1)),
        "(EXPAND_DIMS): the axis must be one up to 3, not [4]",
    ),
    "indices of floats": (
        single("EXPAND_DIMS", [np.array([1], np.float32)], dims=(1, 4, 2)),
        "(EXPAND_DIMS): input constant must be a constant, or made by an operator before this one",
    ),
    "axis of a concatenation": (
        single("CONCATENATION", [], "ConcatenationOptions", Axis=0),
        "(CONCATENATION): the axis must be from 1 to 3, not 0",
    ),
    "activation of a concatenation": (
        single("CONCATENATION", [], "ConcatenationOptions", Axis=1, FusedActivationFunction=1),
        "(CONCATENATION): a concatenation must have no fused activation",
    ),
    "sum with a constant": (
        single("ADD", [np.zeros((1, 4, 4, 2), np.int8)], "AddOptions"),
        "(ADD): input 1 must be an activation",
    ),
    "softmax of other units": (
        single("SOFTMAX", [], "SoftmaxOptions", Beta=1.0),
        "(SOFTMAX): the output must have scale 1/256 and zero point -128, not 0.05 and -3",
    ),
    "softmax over too many": (
        single("SOFTMAX", [], "SoftmaxOptions", (1, 4096), Beta=1.0),
        "(SOFTMAX): a Softmax must be over at most 4095 channels, not 4096",
    ),
    "maximum over too much": (
        single(
            *("MAX_POOL_2D", [], "Pool2DOptions"),
            Padding=SAME, StrideH=1, StrideW=1, FilterHeight=1, FilterWidth=1 << 16,
        ),
        "(MAX_POOL_2D): kernels must be at most 32768 wide and high, not [1, 65536]",
    ),
    "average over too much": (
        single(
            *("AVERAGE_POOL_2D", [], "Pool2DOptions"),
            Padding=SAME, StrideH=1, StrideW=1, FilterHeight=1 << 15, FilterWidth=1 << 15,
        ),
        "(AVERAGE_POOL_2D): an average must be over at most 2**23 values, not 1073741824",
    ),
    "weights in another format": (
        single("FULLY_CONNECTED", [], "FullyConnectedOptions", WeightsFormat=1),
        "(FULLY_CONNECTED): the weights format must be 0, not 1",
    ),
    "weights of another depth": (
        single(
            *("FULLY_CONNECTED", [np.zeros((3, 31), np.int8)], "FullyConnectedOptions"), out=(1, 3)
        ),
        ("(FULLY_CONNECTED): weights [3, 31] must read all of the input [1, 4, 4, 2], "
        "or one position where the axes are kept"),
    ),
    "multiplier of a depthwise layer": (
        single(
            *("DEPTHWISE_CONV_2D", [np.zeros((1, 3, 3, 4), np.int8)], "DepthwiseConv2DOptions"),
            DepthMultiplier=3, StrideH=1, StrideW=1,
        ),
        "(DEPTHWISE_CONV_2D): weights must be [1, height, width, 2 * 3], not [1, 3, 3, 4]",
    ),
    "vectors to a convolution": (
        single("CONV_2D", [np.zeros((1, 1, 1, 4), np.int8)], "Conv2DOptions", (1, 4)),
        "(CONV_2D): the input must have 4 axes, not [1, 4]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_operator_is_refused(tmp_path, case):
    model, message = CASES[case]
    refused(model, tmp_path, f"node out {message}")


def test_a_softmax_of_a_tiny_scale_is_refused(tmp_path):
    model = Builder(1, 4, scale=2.0**-27)
    output = model.tensor("out", (1, 4), 1 / 256, -128)
    model.operator("SOFTMAX", [0], output, "SoftmaxOptions", Beta=1.0)
    rule = "beta times the input's scale must be above 2**-26, not 7.45058e-09"
    refused(model, tmp_path, f"node out (SOFTMAX): {rule}")


def test_sums_and_concatenations_need_equal_shapes(tmp_path):
    model = Builder(1, 4, 4, 2)
    flat = model.tensor("flat", (1, 32), 0.05, -3)
    model.operator("RESHAPE", [0, model.indices(1, 32)], flat)
    output = model.tensor("out", (1, 4, 4, 2), 0.05, -3)
    model.operator("ADD", [0, flat], output, "AddOptions")
    rule = "shapes must be equal, not [1, 4, 4, 2] and [1, 32]"
    refused(model, tmp_path, f"node out (ADD): {rule}")
    model.operators[-1] |= {"kind": "CONCATENATION", "options": "ConcatenationOptions"}
    model.operators[-1]["values"] = {"Axis": 3}
    rule = "shapes must be equal but for axis 3, not [1, 4, 4, 2] and [1, 32]"
    refused(model, tmp_path, f"node out (CONCATENATION): {rule}")


def test_a_padding_value_of_other_units_is_refused(tmp_path):
    model = Builder(1, 4, 4, 2)
    margins = model.indices(*[0] * 8)
    fill = model.constant("fill", np.array([5], np.int8), 0.25, -3)
    model.operator("PADV2", [0, margins, fill], model.tensor("out", (1, 4, 4, 2), 0.05, -3))
    rule = "the padding's value must be one code, with the scale and zero point of the output"
    refused(model, tmp_path, f"node out (PADV2): {rule}")
