"""Operators that move codes or see them in another order against onnxruntime, on small models."""

import numpy as np
import pytest

from hwgen.network.graph import Add, Concat, Convolution, Pad, Pool, Reshape, Slice, Softmax
from hwgen.network.onnx import load
from tests.golden.onnx_reference import compare, reference_tensors
from tests.network.onnx.qdq import Builder

LARGEST_SHARE = 1e-3  # a float32 sum may fall on the other side of a tie


def numbers(builder, name, values):
    return builder.constant(name, np.array(values, np.int64))


def classified(builder, tensor, channels):
    """What proves that the order of elements was understood: a layer that weighs them."""
    weights = builder.weights("w", (channels, 5), 0.004, seed=9)
    builder.node("MatMul", [tensor, weights], "fc")
    return builder, builder.quantize("fc", 0.19, 130)


def concatenated_channels():
    builder = Builder((3, 6, 5), 0.03, 70)
    first = builder.node("MaxPool", [builder.source], "first", kernel_shape=[1, 1])
    first = builder.quantize(first, 0.041, 99)
    builder.node("Concat", [first, builder.source, first], "joined", axis=1)
    return builder, builder.quantize("joined", 0.041, 99)


def concatenated_and_limited():
    builder = Builder((3, 6, 5), 0.03, 70)
    first = builder.node("MaxPool", [builder.source], "first", kernel_shape=[1, 1])
    first = builder.quantize(first, 0.041, 99)
    builder.node("Concat", [first, builder.source], "joined", axis=-2)
    return builder, builder.quantize(builder.node("Relu", ["joined"], "relu"), 0.0217, 3)


def concatenated_codes_of_one_scale():
    builder = Builder((3, 6, 5), 0.03, 70)
    joined = builder.node("Concat", [builder.source, builder.source], "joined", axis=3)
    weights = builder.weights("w", (4, 3, 3, 3), 0.004)
    builder.node("Conv", [joined, weights], "conv")
    return builder, builder.quantize("conv", 0.09, 130)


def concatenated_vectors():
    builder = Builder((4, 3, 3), 0.03, 70)
    mean = builder.node("GlobalAveragePool", [builder.source], "mean")
    mean = builder.node("Flatten", [builder.quantize(mean, 0.0171, 60)], "flat")
    largest = builder.node("GlobalMaxPool", [builder.source], "largest")
    largest = builder.node("Flatten", [builder.quantize(largest, 0.0271, 20)], "flat2")
    builder.node("Concat", [mean, largest], "joined", axis=1)
    return classified(builder, builder.quantize("joined", 0.0273, 30), 8)


def padded_channels():
    builder = Builder((3, 6, 5), 0.03, 70)
    pads = numbers(builder, "pads", [0, 2, 0, 0, 0, 1, 0, 0])
    builder.node("Pad", [builder.source, pads], "padded")
    return builder, builder.quantize("padded", 0.03, 70)


def padded_by_a_value():
    builder = Builder((3, 6, 5), 0.03, 70)
    pads = numbers(builder, "pads", [0, 0, 1, 0, 0, 0, 2, 3])
    value = builder.constant("value", np.float32(0.03 * 33))
    padded = builder.node("Pad", [builder.source, pads, value], "padded", mode="constant")
    weights = builder.weights("w", (4, 3, 3, 3), 0.004)
    builder.node("Conv", [padded, weights], "conv")
    return builder, builder.quantize("conv", 0.09, 130)


def padded_by_a_quantized_value_along_named_axes():
    builder = Builder((3, 6, 5), 0.03, 70, opset=18)
    pads, axes = numbers(builder, "pads", [2, 0, 1, 3]), numbers(builder, "axes", [-1, 1])
    value = builder.dequantize("value", np.int8(6), 0.03 * 4)
    builder.node("Pad", [builder.source, pads, value, axes], "padded")
    return builder, builder.quantize("padded", 0.05, 20)


def padded_by_attributes():
    builder = Builder((3, 6, 5), 0.03, 70, opset=10)
    builder.node("Pad", [builder.source], "padded", pads=[0, 1, 1, 0, 0, 0, 0, 2], value=-0.03 * 9)
    return builder, builder.quantize("padded", 0.03, 70)


def sliced():
    builder = Builder((6, 9, 8), 0.03, 70)
    names = ("starts", "ends", "axes", "steps")
    values = ([1, -8, -100], [2**31 - 1, -1, 4], [1, 2, -1], [2, 3, 1])
    inputs = [numbers(builder, *x) for x in zip(names, values, strict=True)]
    builder.node("Slice", [builder.source, *inputs], "part")
    return builder, builder.quantize("part", 0.03, 70)


def shortcut_without_parameters():
    builder = Builder((4, 6, 6), 0.03, 0)
    names = ("starts", "ends", "axes", "steps")
    values = ([0, 0], [2**31 - 1] * 2, [2, 3], [2, 2])
    inputs = [numbers(builder, *x) for x in zip(names, values, strict=True)]
    part = builder.quantize(builder.node("Slice", [builder.source, *inputs], "part"), 0.03, 0)
    pads = numbers(builder, "pads", [0, 2, 0, 0, 0, 2, 0, 0])
    padded = builder.quantize(builder.node("Pad", [part, pads], "padded"), 0.03, 0)
    weights = builder.weights("w", (8, 4, 3, 3), 0.004)
    conv = {"strides": [2, 2], "pads": [1, 1, 1, 1]}
    second = builder.quantize(
        builder.node("Conv", [builder.source, weights], "conv", **conv), 0.1, 99
    )
    builder.node("Add", [second, padded], "sum")
    return builder, builder.quantize(builder.node("Relu", ["sum"], "relu"), 0.057)


def channels_last():
    builder = Builder((7, 6, 3), 0.03, 70)
    turned = builder.node("Transpose", [builder.source], "turned", perm=[0, 3, 1, 2])
    weights = builder.weights("w", (4, 3, 2, 3), 0.004)
    conv = builder.quantize(builder.node("Conv", [turned, weights], "conv"), 0.09, 130)
    back = builder.node("Transpose", [conv], "back", perm=[0, 2, 3, 1])
    pads = numbers(builder, "pads", [0, 1, 0, 0, 0, 0, 0, 0])
    back = builder.quantize(builder.node("Pad", [back, pads], "padded"), 0.09, 130)
    mean = builder.node("ReduceMean", [back], "mean", axes=[1], keepdims=0)
    mean = builder.quantize(mean, 0.0513, 120)
    flat = builder.node("Reshape", [mean, numbers(builder, "shape", [-1, 16])], "flat")
    builder.node("MatMul", [flat, builder.weights("v", (16, 5), 0.004)], "fc")
    return builder, builder.quantize("fc", 0.09, 130)


def vectors_that_become_images():
    builder = Builder((30,), 0.03, 70)
    image = builder.node("Reshape", [builder.source, numbers(builder, "shape", [0, 1, 6, -1])], "x")
    weights = builder.weights("w", (4, 1, 2, 3), 0.004)
    return builder, builder.quantize(builder.node("Conv", [image, weights], "conv"), 0.04, 130)


def vectors_that_become_images_with_their_channels_last():
    builder = Builder((30,), 0.03, 70)
    lines = builder.node("Reshape", [builder.source, numbers(builder, "shape", [-1, 5, 6])], "x")
    image = builder.node("Unsqueeze", [lines, numbers(builder, "axes", [1])], "y")
    weights = builder.weights("w", (4, 1, 2, 3), 0.004)
    return builder, builder.quantize(builder.node("Conv", [image, weights], "conv"), 0.04, 130)


def lines():
    builder = Builder((8, 7), 0.03, 70)
    image = builder.node("Unsqueeze", [builder.source, numbers(builder, "axes", [-3])], "one")
    largest = builder.node("MaxPool", [image], "max", kernel_shape=[8, 2])
    largest = builder.quantize(largest, 0.03, 70)
    rest = builder.node("Squeeze", [largest, numbers(builder, "axes2", [1, -2])], "rest")
    rest = builder.node("Identity", [rest], "same")
    return classified(builder, builder.node("Dropout", [rest], "kept"), 6)


def lines_by_attributes():
    builder = Builder((8, 7), 0.03, 70, opset=11)
    image = builder.node("Unsqueeze", [builder.source], "one", axes=[1])
    largest = builder.node("MaxPool", [image], "max", kernel_shape=[8, 2])
    largest = builder.quantize(largest, 0.03, 70)
    return builder, builder.node("Squeeze", [largest], "rest", axes=[1, 2])


def view_of_a_dynamic_batch():
    """``x.view(x.size(0), -1)``, as PyTorch exports it."""
    builder = Builder((3, 4, 2), 0.03, 70)
    shape = builder.node("Shape", [builder.source], "shape")
    first = builder.node("Gather", [shape, numbers(builder, "zero", 0)], "first", axis=0)
    zero, rest = numbers(builder, "axes", [0]), numbers(builder, "rest", [-1])
    first = builder.node("Unsqueeze", [first, zero], "first_list")
    joined = builder.node("Concat", [first, rest], "joined", axis=0)
    return classified(builder, builder.node("Reshape", [builder.source, joined], "flat"), 24)


def view_of_some_axes():
    """Keras' Reshape: the batch, and lengths of its own."""
    builder = Builder((3, 4, 2), 0.03, 70)
    shape = builder.node("Shape", [builder.source], "shape")
    limits = [numbers(builder, *x) for x in (("from", [0]), ("to", [1]), ("axes", [0]))]
    first = builder.node("Slice", [shape, *limits], "first")
    first = builder.node("Squeeze", [first], "scalar")
    first = builder.node("Cast", [first], "number", to=7)
    first = builder.node("Unsqueeze", [first, limits[2]], "first_list")
    joined = builder.node("Concat", [first, numbers(builder, "rest", [3, 8])], "joined", axis=0)
    lines = builder.node("Reshape", [builder.source, joined], "lines")
    return classified(builder, builder.node("Flatten", [lines], "flat"), 24)


def fixed_batch():
    builder = Builder((3, 4, 2), 0.03, 70, batch=256)
    flat = builder.node("Reshape", [builder.source, numbers(builder, "shape", [256, -1])], "flat")
    return classified(builder, flat, 24)


def softmax():
    builder = Builder((3, 4, 2), 0.03, 70)
    flat = builder.node("Flatten", [builder.source], "flat", axis=-3)
    builder, logits = classified(builder, flat, 24)
    builder.node("Softmax", [logits], "softmax", axis=1)
    return builder, builder.quantize("softmax", 1 / 256)


@pytest.mark.parametrize(
    ("build", "kinds"),
    [
        (concatenated_channels, (Pool, Pool, Concat)),
        (concatenated_and_limited, (Pool, Pool, Pool, Concat)),
        (concatenated_codes_of_one_scale, (Concat, Convolution)),
        (concatenated_vectors, (Pool, Pool, Pool, Pool, Concat, Convolution)),
        (padded_channels, (Pad,)),
        (padded_by_a_value, (Pad, Convolution)),
        (padded_by_a_quantized_value_along_named_axes, (Pad, Pool)),
        (padded_by_attributes, (Pad,)),
        (sliced, (Slice,)),
        (shortcut_without_parameters, (Slice, Pad, Convolution, Add)),
        (channels_last, (Convolution, Pad, Pool, Convolution)),
        (vectors_that_become_images, (Reshape, Convolution)),
        (vectors_that_become_images_with_their_channels_last, (Reshape, Convolution)),
        (lines, (Pool, Convolution)),
        (lines_by_attributes, (Pool,)),
        (view_of_a_dynamic_batch, (Convolution,)),
        (view_of_some_axes, (Convolution,)),
        (fixed_batch, (Convolution,)),
        (softmax, (Convolution, Softmax)),
    ],
)
def test_operators_agree(build, kinds, tmp_path):
    builder, output = build()
    path = builder.save(tmp_path / "m.onnx", output)
    network = load(path)
    assert tuple(type(layer) for layer in network.layers) == kinds
    images = np.random.default_rng(4).integers(0, 256, (256, *network.input_shape), np.uint8)
    compare(network, reference_tensors(path, network, images), LARGEST_SHARE)
