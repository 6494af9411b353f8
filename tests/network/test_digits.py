"""The embedded network keeps its promises; the numbers are judged in tests/golden."""

import numpy as np
import onnx
import pytest

from hwgen.network import data, digits
from hwgen.network.digits.topology import float_model
from hwgen.network.graph import Add, Convolution, Pool
from hwgen.network.onnx import load

BUDGET_BYTES = 12 * 1024


@pytest.fixture(scope="module")
def network():
    return load(digits.model_path())


def test_it_has_every_kind_of_layer(network):
    kinds = [type(layer) for layer in network.layers]
    assert kinds == [
        Convolution, Convolution, Convolution, Add, Convolution, Convolution, Pool, Convolution,
    ]  # fmt: skip
    assert [layer.shape for layer in network.layers] == [
        (8, 8, 8), (8, 8, 8), (8, 8, 8), (8, 8, 8), (4, 4, 16), (4, 4, 16), (2, 2, 16), (1, 1, 10),
    ]  # fmt: skip
    strides = [layer.stride for layer in network.convolutions]
    assert strides == [(1, 1), (1, 1), (1, 1), (2, 2), (1, 1), (1, 1)]
    assert network.layers[3].inputs == ("conv3", "conv1")


def test_weights_activations_and_accumulators_fit_into_12_kib(network):
    weights = sum(layer.weights.size + 4 * layer.bias.size for layer in network.convolutions)
    sizes = {name: int(np.prod(shape)) for name, shape in network.shapes.items()}
    last_use = {name: i for i, layer in enumerate(network.layers) for name in layer.inputs}
    peak = accumulators = 0
    live = {network.input_name}
    for index, layer in enumerate(network.layers):
        live.add(layer.name)
        peak = max(peak, sum(sizes[name] for name in live))
        live = {name for name in live if last_use.get(name, index) > index}
        if isinstance(layer, Convolution):  # a whole layer's at once, 4 bytes each
            accumulators = max(accumulators, 4 * sizes[layer.name])
    assert (weights, peak, accumulators) == (5584, 1536, 2048)
    assert weights + peak + accumulators <= BUDGET_BYTES


def test_its_images_are_a_stratified_split(network):
    images = data.load(digits.data_path(), network)
    assert len(images.test_images) == 360
    assert len(images.calibration_images) == 400
    for labels in (images.test_labels, images.calibration_labels):
        counts = np.bincount(labels, minlength=10)
        assert counts.max() - counts.min() <= 0.02 * len(labels)


def test_no_test_image_was_seen_in_calibration(network):
    images = data.load(digits.data_path(), network)
    seen = {x.tobytes() for x in images.calibration_images}
    assert not any(x.tobytes() in seen for x in images.test_images)


def test_its_images_are_pixels_in_units_of_the_input(network):
    images = data.load(digits.data_path(), network).calibration_images
    assert set(np.unique(images)) == set(np.rint(np.arange(17) * 255 / 16))
    assert network.input_quantization.scale == pytest.approx(1 / 255)
    assert network.input_quantization.zero_point == 0


def test_the_float_graph_is_the_one_that_was_quantized():
    """The training script's graph has the layers of the shipped model, in their order."""
    shipped = onnx.load(digits.model_path()).graph
    parameters = {
        x.name.removesuffix("_quantized"): np.zeros(tuple(x.dims), np.float32)
        for x in shipped.initializer
        if x.name.endswith((".weight_quantized", ".bias_quantized"))
    }
    folded = ("QuantizeLinear", "DequantizeLinear", "Relu")
    ours = [(x.name, x.op_type) for x in float_model(parameters).graph.node]
    theirs = [(x.name, x.op_type) for x in shipped.node]
    assert [x for x in ours if x[1] not in folded] == [x for x in theirs if x[1] not in folded]
