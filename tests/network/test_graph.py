"""Figures that follow from a layer's shape."""

from hwgen.network import digits
from hwgen.network.onnx import load


def test_operations_are_counted_per_image():
    conv1, *_, fc = load(digits.model_path()).convolutions
    assert (conv1.fan_in, conv1.operations) == (9, 8 * 8 * 8 * 9)
    assert (fc.fan_in, fc.operations) == (64, 64 * 10)


def test_every_tensor_has_a_shape_and_a_quantization():
    network = load(digits.model_path())
    names = [network.input_name, *(layer.name for layer in network.layers)]
    assert list(network.shapes) == list(network.quantizations) == names
