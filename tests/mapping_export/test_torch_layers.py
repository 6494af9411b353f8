"""The layers for PyTorch compute what golden computes, and can be trained."""

import importlib.util

import numpy as np
import pytest

from hwgen import golden
from hwgen.mapping_export.folder import export_mapping

torch = pytest.importorskip("torch", reason="needs PyTorch")


@pytest.fixture(scope="module")
def exported(mapped, tmp_path_factory):
    """Network, tensors of golden, and the layers as a user's program loads them."""
    network, mapping, images, _ = mapped
    folder = tmp_path_factory.mktemp("exported") / "out"
    export_mapping(network, mapping, folder)
    given = importlib.util.spec_from_file_location("approximate", folder / "approximate.py")
    module = importlib.util.module_from_spec(given)
    given.loader.exec_module(module)
    layers = module.load(folder / "approximate.npz")
    return network, golden.run(network, images, mapping), layers


def channels_first(tensor):
    return torch.from_numpy(np.ascontiguousarray(tensor.transpose(0, 3, 1, 2)))


def values(tensor, quantization):
    return (channels_first(tensor).float() - quantization.zero_point) * quantization.scale


def test_codes_are_those_of_golden(exported):
    network, tensors, layers = exported
    assert list(layers) == [layer.name for layer in network.convolutions]
    for layer in network.convolutions:
        found = layers[layer.name].codes(channels_first(tensors[layer.inputs[0]]).long())
        assert torch.equal(found, channels_first(tensors[layer.name]).long())


def test_real_values_are_those_of_the_codes(exported):
    network, tensors, layers = exported
    for layer in network.convolutions:
        source = layer.inputs[0]
        x = values(tensors[source], network.quantizations[source])
        expected = values(tensors[layer.name], layer.quantization)
        assert torch.equal(layers[layer.name](x), expected)


def test_weights_and_biases_start_as_the_networks(exported):
    network, _, layers = exported
    for layer in network.convolutions:
        found = layers[layer.name]
        assert torch.equal(found.weight_codes(), channels_first(layer.weights))
        np.testing.assert_array_equal(found.bias_codes().numpy(), layer.bias)


def test_the_gradient_is_that_of_the_exact_layer_where_it_is_not_clipped(exported):
    network, tensors, layers = exported
    layer = network.convolutions[0]
    found = layers[layer.name]
    x = values(tensors["image"], network.input_quantization).requires_grad_()
    y = found(x)
    y.sum().backward()
    assert found.weight.grad.abs().sum() > 0
    with torch.no_grad():
        exact = found._exact(x)
    low, high = ((z - layer.quantization.zero_point) * layer.quantization.scale
                 for z in (layer.low, layer.high))  # fmt: skip
    inside = (exact > low) & (exact < high)
    np.testing.assert_allclose(found.bias.grad, inside.sum(dim=(0, 2, 3)), rtol=1e-6)


def test_a_changed_weight_is_multiplied_with_its_own_code(exported):
    network, tensors, layers = exported
    layer = network.convolutions[0]
    found = layers[layer.name]
    codes = channels_first(tensors["image"]).long()
    before = found.accumulate(codes)
    kept = found.weight.detach().clone()
    with torch.no_grad():
        found.weight[0, 0, 0, 0] += 3 * found.weight_scale[0] * (-1 if kept[0, 0, 0, 0] > 0 else 1)
    after = found.accumulate(codes)
    moved = int(found.weight_codes()[0, 0, 0, 0]) - int(layer.weights[0, 0, 0, 0])
    with torch.no_grad():
        found.weight.copy_(kept)
    assert abs(moved) == 3
    assert not torch.equal(after[:, 0], before[:, 0])
    assert torch.equal(after[:, 1:], before[:, 1:])


def test_a_fully_connected_layer_takes_vectors(exported):
    network, tensors, layers = exported
    layer = network.convolutions[-1]
    x = values(tensors[layer.inputs[0]], network.quantizations[layer.inputs[0]])
    expected = values(tensors[layer.name], layer.quantization)
    assert torch.equal(layers[layer.name](x.flatten(1)), expected.flatten(1))
