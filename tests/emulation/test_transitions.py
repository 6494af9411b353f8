"""Sampled transitions against a walk through the array's schedule, product by product."""

from collections import Counter

import numpy as np
import pytest

from hwgen.emulation.transitions import transitions
from hwgen.golden import exact_mapping, run
from hwgen.network.graph import Convolution, Network, Quantization, Rescale
from hwgen.spec.schedule import blocks

ROWS, COLS = 4, 2


def convolution(name, source, shape, weights, padding, groups=1):
    count = len(weights)
    return Convolution(
        name=name,
        inputs=(source,),
        shape=shape,
        quantization=Quantization(1.0, 7),
        weights=weights,
        bias=np.zeros(count, np.int32),
        stride=(1, 1),
        padding=padding,
        groups=groups,
        rescale=(Rescale(1 << 30, 0, 37),) * count,
    )


@pytest.fixture(scope="module")
def network():
    rng = np.random.default_rng(1)
    first = rng.integers(-127, 128, (3, 3, 3, 2)).astype(np.int8)
    own = rng.integers(-127, 128, (3, 3, 3, 1)).astype(np.int8)
    last = rng.integers(-127, 128, (5, 3, 3, 3)).astype(np.int8)
    layers = (
        convolution("first", "input", (3, 3, 3), first, (1, 1, 1, 1)),
        convolution("depthwise", "first", (3, 3, 3), own, (1, 1, 1, 1), groups=3),
        convolution("last", "depthwise", (1, 1, 5), last, (0, 0, 0, 0)),
    )
    return Network(
        input_name="input",
        input_shape=(3, 3, 2),
        input_quantization=Quantization(1.0, 9),
        layers=layers,
    )


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(2).integers(0, 256, (2, 3, 3, 2), dtype=np.uint8)


def walked(network, layer, tensors):
    """Every transition of a layer, by executing its schedule twice for each image."""
    source = layer.inputs[0]
    zero = network.quantizations[source].zero_point
    top, left, bottom, right = layer.padding
    step = layer.groups  # of a depthwise layer: channels that a tap steps over
    found = Counter()
    for image in tensors[source]:
        padded = np.pad(image, ((top, bottom), (left, right), (0, 0)), constant_values=zero)
        last = {}
        for again in (False, True):
            for block in blocks(layer.weights.shape, ROWS, COLS, layer.groups):
                for y in range(layer.shape[0]):
                    for x in range(layer.shape[1]):
                        window = padded[y : y + 3, x : x + 3].reshape(-1)
                        for row, column, tap, kernel in block.places():
                            own = window[tap * step + (kernel if step > 1 else 0)]
                            now = (own, layer.weights[kernel].reshape(-1)[tap])
                            if again:
                                found[*last[row, column], *now] += 1
                            last[row, column] = now
    return found


@pytest.mark.parametrize("name", ["first", "depthwise", "last"])
def test_all_transitions_are_those_of_the_schedule(network, images, name):
    mapping = exact_mapping(network)
    found = transitions(network, mapping, images, ROWS, COLS, samples=10**6, seed=0)[name]
    layer = next(x for x in network.layers if x.name == name)
    expected = walked(network, layer, run(network, images, mapping))
    assert len(found.a) == len(images) * layer.operations
    ours = Counter(zip(found.a_before, found.w_before, found.a, found.w, strict=True))
    assert ours == expected


def test_samples_come_from_all_transitions(network, images):
    mapping = exact_mapping(network)
    everything = transitions(network, mapping, images, ROWS, COLS, samples=10**6, seed=0)
    sample = transitions(network, mapping, images, ROWS, COLS, samples=200, seed=0)
    for name, found in sample.items():
        assert [len(x) for x in (found.a_before, found.w_before, found.a, found.w)] == [200] * 4
        whole = everything[name]
        known = set(zip(whole.a_before, whole.w_before, whole.a, whole.w, strict=True))
        assert set(zip(found.a_before, found.w_before, found.a, found.w, strict=True)) <= known


def test_weights_stay_while_positions_stream(network, images):
    mapping = exact_mapping(network)
    found = transitions(network, mapping, images, ROWS, COLS, samples=10**6, seed=0)
    stayed = np.mean(found["first"].w == found["first"].w_before)
    assert stayed >= 8 / 9  # nine positions: the first of each block brings a new weight
    assert np.mean(found["last"].w == found["last"].w_before) < 0.1  # one position


def test_a_seed_fixes_the_sample(network, images):
    mapping = exact_mapping(network)

    def digests(seed):
        found = transitions(network, mapping, images, ROWS, COLS, samples=100, seed=seed)
        return [x.digest for x in found.values()]

    assert digests(3) == digests(3)
    assert digests(3) != digests(4)
