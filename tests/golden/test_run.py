"""A network as a whole."""

import numpy as np
import pytest

from hwgen import golden
from hwgen.arith.catalogue import CATALOGUE
from hwgen.arith.operand import U8
from hwgen.errors import SpecError
from hwgen.network import data, digits
from hwgen.network.graph import Layer, Quantization
from hwgen.network.onnx import load
from hwgen.spec.mapping import LayerMapping, Mapping


@pytest.fixture(scope="module")
def network():
    return load(digits.model_path())


@pytest.fixture(scope="module")
def images(network):
    return data.load(digits.data_path(), network)


def test_the_digits_are_recognized(network, images):
    exact = golden.exact_mapping(network)
    found = golden.accuracy(network, images.test_images, images.test_labels, exact)
    assert found >= 98.5
    found = golden.accuracy(network, images.calibration_images, images.calibration_labels, exact)
    assert found >= 98.5


def test_every_tensor_is_reachable(network, images):
    tensors = golden.run(network, images.test_images[:3], golden.exact_mapping(network))
    assert {name: x.shape for name, x in tensors.items()} == {
        name: (3, *shape) for name, shape in network.shapes.items()
    }
    assert {x.dtype for x in tensors.values()} == {np.dtype(np.uint8)}


def test_layers_run_one_by_one_as_in_the_whole(network, images):
    mapping = golden.exact_mapping(network)
    tensors = golden.run(network, images.test_images[:3], mapping)
    for layer in network.layers:
        inputs = {name: tensors[name] for name in layer.inputs}
        np.testing.assert_array_equal(
            golden.step(network, layer, inputs, mapping), tensors[layer.name]
        )


def test_layers_may_use_different_multipliers(network, images):
    """A mixed mapping equals the exact one up to the first layer that differs, not after."""
    changed = LayerMapping(multiplier="perforated_a3")
    mixed = Mapping(dict(golden.exact_mapping(network).layers) | {"conv3": changed})
    exact = golden.run(network, images.test_images[:9], golden.exact_mapping(network))
    found = golden.run(network, images.test_images[:9], mixed)
    same = [name for name in network.shapes if np.array_equal(exact[name], found[name])]
    assert same == ["image", "conv1", "conv2"]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, x in CATALOGUE.items()
        if name.startswith("exact") and x.a_kind == U8 and x.w_kind.width == 8
    ],
)
def test_every_exact_multiplier_gives_the_same_bits(network, images, name):
    layers = {layer.name: LayerMapping(multiplier=name) for layer in network.convolutions}
    exact = golden.run(network, images.test_images[:5], golden.exact_mapping(network))
    for tensor, codes in golden.run(network, images.test_images[:5], Mapping(layers)).items():
        np.testing.assert_array_equal(codes, exact[tensor])


def test_the_first_of_equal_logits_wins(network, images):
    constant = golden.exact_mapping(network)
    wiped = Mapping(dict(constant.layers) | {
        "fc": LayerMapping(multiplier="exact", bias_update=(1 << 24,) * 10)
    })  # fmt: skip
    zeros = np.zeros(360, int)
    assert golden.accuracy(network, images.test_images, zeros, wiped) == 100
    assert golden.accuracy(network, images.test_images, zeros + 1, wiped) == 0


def test_a_mapping_without_a_layer_is_refused(network, images):
    layers = dict(golden.exact_mapping(network).layers)
    del layers["conv4"]
    with pytest.raises(SpecError, match=r"^mapping lacks the layer conv4$"):
        golden.run(network, images.test_images[:1], Mapping(layers))


def test_a_layer_of_no_known_kind_is_a_bug(network, images):
    stranger = Layer(
        name="odd", inputs=("image",), shape=(1, 1, 1), quantization=Quantization(1.0, 0)
    )
    tensors = {"image": images.test_images[:1]}
    with pytest.raises(TypeError, match=r"^layer odd is of no known kind: Layer$"):
        golden.step(network, stranger, tensors, golden.exact_mapping(network))


def test_a_mapping_of_a_layer_that_does_not_multiply_is_refused(network, images):
    layers = dict(golden.exact_mapping(network).layers)
    more = Mapping({**layers, "pool9": layers["conv4"]})
    line = r"^mapping must name layers that multiply \(conv1, .+\), not pool9$"
    with pytest.raises(SpecError, match=line):
        golden.run(network, images.test_images[:1], more)
