"""The bias update against the accumulators that it corrects."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.arith.catalogue import CATALOGUE
from hwgen.golden import im2col
from hwgen.mapping.corrections.bias import bias_update, update_biases
from hwgen.mapping.corrections.moments import tap_histograms
from hwgen.spec.mapping import LayerMapping, Mapping, TunedWeights
from tests.mapping.corrections.measured import MIXED, ZERO_POINT, errors, grouped, random_codes

APPROXIMATE = ["truncated_7", "perforated_a2", "roup_1_4", "perforated_a2_u8", "truncated_7_s8"]


def check_update(layer, mapping, codes):
    update = np.array(bias_update(layer, mapping, codes, ZERO_POINT))
    before, after = (
        errors(layer, x, codes).mean(axis=0)
        for x in (mapping, replace(mapping, bias_update=tuple(update.tolist())))
    )
    assert np.abs(before).max() > 5
    assert np.abs(after).max() <= 0.5


@pytest.mark.parametrize("name", APPROXIMATE)
@pytest.mark.parametrize("position", [0, 1])
def test_the_mean_error_of_every_filter_is_less_than_one(network, name, position):
    layer = network.layers[position]
    check_update(layer, LayerMapping(multiplier=name), random_codes(network, layer))


@pytest.mark.parametrize(
    "mapping",
    [
        MIXED,
        LayerMapping(multiplier="exact", tuned_weights=TunedWeights.of(np.full((4, 36), 9))),
    ],
)
def test_mixed_modes_and_tuned_weights_are_corrected_alike(network, mapping):
    layer = network.layers[1]
    check_update(layer, mapping, random_codes(network, layer))


@pytest.mark.parametrize("name", APPROXIMATE)
def test_the_groups_of_a_layer_are_corrected_apart(network, name):
    layer = grouped(network.layers[1])
    check_update(layer, LayerMapping(multiplier=name), random_codes(network, layer))


def test_half_a_unit_rounds_up(network):
    layer = network.layers[2]
    codes = random_codes(network, layer, count=2, seed=3)
    mapping = LayerMapping(multiplier="truncated_7")
    wanted = np.floor(errors(layer, mapping, codes).mean(axis=0) + 0.5).astype(int)
    assert bias_update(layer, mapping, codes, ZERO_POINT) == tuple(wanted)


def test_an_earlier_update_does_not_count(network):
    layer = network.layers[0]
    codes = random_codes(network, layer)
    plain = LayerMapping(multiplier="truncated_7")
    updated = replace(plain, bias_update=(1000,) * 4)
    assert bias_update(layer, plain, codes, 3) == bias_update(layer, updated, codes, 3) != ()


@pytest.mark.parametrize(
    "name",
    [name for name, x in CATALOGUE.items() if name.startswith("exact") and x.a_kind.width == 8],
)
def test_an_exact_multiplier_needs_no_update(network, name):
    codes = np.full((1, 6, 6, 2), 200, np.uint8)
    assert bias_update(network.layers[0], LayerMapping(multiplier=name), codes, 3) == ()


def test_histograms_count_the_taps_that_the_golden_model_multiplies(network):
    for layer in (*network.layers, grouped(network.layers[1])):
        codes = random_codes(network, layer, count=7, seed=4)
        taps = im2col(codes, layer, 3).reshape(-1, layer.groups * layer.fan_in)
        wanted = [np.bincount(taps[:, k], minlength=256) for k in range(taps.shape[1])]
        found = tap_histograms(layer, codes, 3)
        assert found.shape == (layer.groups, layer.fan_in, 256)
        assert np.array_equal(found.reshape(-1, 256), wanted)


def test_updates_are_fitted_in_the_order_of_the_layers(network, images):
    codes = images.calibration_images
    mapping = Mapping({x.name: replace(MIXED, mode=0) for x in network.convolutions})
    seen = []

    def tensor(partial, name):
        seen.append((name, list(partial.layers)))
        tensors = {network.input_name: codes}
        for layer in network.layers:
            if layer.name in partial.layers:
                tensors[layer.name] = golden.step(network, layer, tensors, partial)
        return tensors[name]

    updated = update_biases(network, mapping, tensor)
    assert seen == [("image", []), ("one", ["one"]), ("two", ["one", "two"])]
    tensors = golden.run(network, codes, updated)
    for layer in network.convolutions:
        plain, source = mapping.layers[layer.name], layer.inputs[0]
        zero = network.quantizations[source].zero_point
        assert updated.layers[layer.name] == replace(
            plain, bias_update=bias_update(layer, plain, tensors[source], zero)
        )
