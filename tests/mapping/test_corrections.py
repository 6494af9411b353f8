import numpy as np
import pytest

from hwgen import golden
from hwgen.arith.catalogue import CATALOGUE, find
from hwgen.golden import im2col
from hwgen.mapping.corrections import bias_update, tap_histograms

APPROXIMATE = ["truncated_7", "perforated_a2", "roup_1_4", "perforated_a2_u8"]


def accumulators(layer, name, codes):
    return golden.accumulate(layer, find(name), 0, codes, 3)


@pytest.mark.parametrize("name", APPROXIMATE)
@pytest.mark.parametrize("position", [0, 1])
def test_the_mean_error_of_every_filter_is_less_than_one(network, images, name, position):
    layer = network.layers[position]
    shape = network.shapes[layer.inputs[0]]
    codes = np.random.default_rng(2).integers(0, 256, size=(40, *shape), dtype=np.uint8)
    error = accumulators(layer, "exact", codes) - accumulators(layer, name, codes)
    update = np.array(bias_update(layer, find(name), 0, codes, 3))
    before = np.abs(error.mean(axis=(0, 1, 2)))
    after = np.abs((error - update).mean(axis=(0, 1, 2)))
    assert before.max() > 5
    assert after.max() <= 0.5


def test_half_a_unit_rounds_up(network):
    layer = network.layers[2]
    codes = np.random.default_rng(3).integers(0, 256, size=(2, 3, 3, 4), dtype=np.uint8)
    error = accumulators(layer, "exact", codes) - accumulators(layer, "truncated_7", codes)
    wanted = np.floor(error.reshape(2, -1).mean(axis=0) + 0.5).astype(int)
    assert bias_update(layer, find("truncated_7"), 0, codes, 3) == tuple(wanted)


@pytest.mark.parametrize("name", [x for x in CATALOGUE if x.startswith("exact")])
def test_an_exact_multiplier_needs_no_update(network, name):
    codes = np.full((1, 6, 6, 2), 200, np.uint8)
    assert bias_update(network.layers[0], find(name), 0, codes, 3) == ()


def test_histograms_count_the_taps_that_the_golden_model_multiplies(network):
    for layer in network.layers:
        shape = network.shapes[layer.inputs[0]]
        codes = np.random.default_rng(4).integers(0, 256, size=(7, *shape), dtype=np.uint8)
        taps = im2col(codes, layer, 3).reshape(-1, layer.fan_in)
        wanted = [np.bincount(taps[:, k], minlength=256) for k in range(layer.fan_in)]
        assert np.array_equal(tap_histograms(layer, codes, 3), wanted)
