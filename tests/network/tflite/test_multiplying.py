"""Operators that multiply, bit for bit as TFLite's reference kernels, on small models."""

import numpy as np
import pytest
import tflite

from hwgen.network.graph import Convolution
from hwgen.network.tflite import load
from tests.network.tflite.builder import Builder, refused
from tests.network.tflite.reference import agrees, check, random_codes

SAME, VALID = tflite.Padding.SAME, tflite.Padding.VALID
RELU, RELU6 = tflite.ActivationFunctionType.RELU, tflite.ActivationFunctionType.RELU6
RELU_N1_TO_1 = tflite.ActivationFunctionType.RELU_N1_TO_1


@pytest.mark.parametrize("padding", [SAME, VALID])
@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (3, 2)])
@pytest.mark.parametrize(("kernel", "groups"), [((3, 3), 1), ((2, 5), 2), ((1, 1), 4)])
def test_convolutions(tmp_path, padding, stride, kernel, groups):
    model = Builder(1, 9, 8, 4, zero_point=17)
    rng = np.random.default_rng(1)
    weights = rng.integers(-127, 128, (8, *kernel, 4 // groups), np.int8)
    height, width = (
        -(-size // s) if padding == SAME else (size - k) // s + 1
        for size, k, s in zip((9, 8), kernel, stride, strict=True)
    )
    output = model.tensor("out", (1, height, width, 8), 0.2, -9)
    options = {"Padding": padding, "StrideH": stride[0], "StrideW": stride[1]}
    scales = rng.uniform(0.001, 0.05, 8)
    model.multiplied("CONV_2D", 0, weights, output, "Conv2DOptions", scales, **options)
    layer, _ = check(model, tmp_path)
    assert isinstance(layer, Convolution)
    assert (layer.groups, layer.rounding) == (groups, "double")


@pytest.mark.parametrize("activation", [0, RELU, RELU6, RELU_N1_TO_1])
@pytest.mark.parametrize(("scale", "zero_point"), [(0.04, -128), (0.013, 5), (0.031, 127)])
def test_fused_activations(tmp_path, activation, scale, zero_point):
    model = Builder(1, 4, 4, 3)
    weights = np.random.default_rng(2).integers(-127, 128, (5, 2, 2, 3), np.int8)
    output = model.tensor("out", (1, 3, 3, 5), scale, zero_point)
    options = {"Padding": VALID, "StrideH": 1, "StrideW": 1, "FusedActivationFunction": activation}
    model.multiplied("CONV_2D", 0, weights, output, "Conv2DOptions", 0.001, **options)
    path = model.save(tmp_path / "m.tflite")
    theirs = agrees(path, random_codes(model, 64))["out"]
    (layer,) = load(path).layers
    low, high = {0: (0, 255), RELU: (0, np.inf), RELU6: (0, 6), RELU_N1_TO_1: (-1, 1)}[activation]
    if activation:
        low, high = (np.clip(x / scale + zero_point + 128, 0, 255) for x in (low, high))
    assert np.allclose((layer.low, layer.high), (low, high), atol=0.5)
    assert {layer.low, layer.high} & {theirs.min(), theirs.max()} or not activation


@pytest.mark.parametrize("multiplier", [1, 2, 3])
@pytest.mark.parametrize(("padding", "stride"), [(SAME, 1), (SAME, 2), (VALID, 3)])
@pytest.mark.parametrize("per_channel", [True, False])
def test_depthwise_convolutions(tmp_path, multiplier, padding, stride, per_channel):
    model = Builder(1, 7, 8, 3, zero_point=-60)
    rng = np.random.default_rng(3)
    filters = 3 * multiplier
    weights = rng.integers(-127, 128, (1, 3, 2, filters), np.int8)
    height, width = (
        (-(-7 // stride), -(-8 // stride))
        if padding == SAME
        else ((7 - 3) // stride + 1, (8 - 2) // stride + 1)
    )
    output = model.tensor("out", (1, height, width, filters), 0.15, 20)
    options = {"Padding": padding, "StrideH": stride, "StrideW": stride}
    options |= {"DepthMultiplier": multiplier}
    scales = rng.uniform(0.001, 0.05, filters) if per_channel else 0.02
    model.multiplied(
        "DEPTHWISE_CONV_2D", 0, weights, output, "DepthwiseConv2DOptions", scales, 3, **options
    )
    layer, _ = check(model, tmp_path)
    assert layer.groups == 3
    assert layer.weights.shape == (filters, 3, 2, 1)


@pytest.mark.parametrize("scales", [0.003, "per channel", 2.0**-9])
@pytest.mark.parametrize("dims", [(1, 40), (1, 2, 4, 5)])
def test_fully_connected_layers(tmp_path, scales, dims):
    model = Builder(*dims, scale=2.0**-4, zero_point=30)
    rng = np.random.default_rng(4)
    weights = rng.integers(-127, 128, (12, 40), np.int8)
    scales = rng.uniform(0.001, 0.01, 12) if scales == "per channel" else scales
    output = model.tensor("out", (1, 12), 2.0**-4, 7)  # powers of two make ties
    model.multiplied("FULLY_CONNECTED", 0, weights, output, "FullyConnectedOptions", scales)
    layer, _ = check(model, tmp_path, 500)
    assert layer.rounding == "single"


def test_a_fully_connected_layer_without_bias_that_keeps_its_axes(tmp_path):
    model = Builder(1, 3, 4, 6)
    weights = np.random.default_rng(5).integers(-127, 128, (7, 6), np.int8)
    output = model.tensor("out", (1, 3, 4, 7), 0.1, 0)
    constant = model.constant("weights", weights, 0.004, 0)
    model.operator(
        "FULLY_CONNECTED", [0, constant, -1], output, "FullyConnectedOptions", KeepNumDims=True
    )
    layer, _ = check(model, tmp_path)
    assert layer.weights.shape == (7, 1, 1, 6)


def test_a_fully_connected_layer_whose_results_leave_32_bits(tmp_path):
    """TFLite's kernel rounds in float64 and casts to int32 before it clamps."""
    model = Builder(1, 1, 1, 6)
    weights = np.full((7, 6), 100, np.int8)
    output = model.tensor("out", (1, 7), 1e-9, 0)
    model.multiplied("FULLY_CONNECTED", 0, weights, output, "FullyConnectedOptions", 0.1)
    message = "node out (FULLY_CONNECTED): results must fit into 32 bits for all inputs, "
    refused(model, tmp_path, f"{message}before they are clamped")
