"""Joint tuning against all codes, rounding one by one, and the accumulators themselves."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.mapping.corrections.alone import weighted
from hwgen.mapping.corrections.coarse import FINE, Coarse
from hwgen.mapping.corrections.joint import error_variance, joint
from hwgen.mapping.corrections.regression import view_of
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.mapping.energy import Energies, layer_energy_pj
from hwgen.spec.mapping import Choice, LayerMapping, TunedWeights
from tests.mapping.corrections.measured import MIXED, ZERO_POINT, accumulators, errors, grouped

COARSE = {
    "exact": FINE,
    "truncated_7": FINE,
    "precision_6x6": Coarse(2, rounds=True),
    "precision_booth_5x5": Coarse(3, rounds=False),
    "perforated_a2_w2": Coarse(2, rounds=False),
    "booth_8_6x6": Coarse(2, rounds=False),
}
NAMES = ["precision_booth_5x4", "truncated_8_a4_w2", "booth_9_5x4"]


def alike(layer, network, images=150, seed=3):
    """Statistics of images whose neighbouring pixels are alike, as those of photographs are."""
    shape = network.shapes[layer.inputs[0]]
    rng = np.random.default_rng(seed)
    rough = rng.uniform(0, 1, size=(images, 1, 1, shape[2])) ** 2 * 200
    codes = rough + rng.uniform(0, 56, size=(images, *shape))
    return LayerStatistics(layer, codes.astype(np.uint8), ZERO_POINT, 255)


def tuned(statistics, mapping, thrift=0.0, energies=None):
    choices, _ = mapping.resolve(statistics.layer.centred_weights)
    same = energies or energies_of(statistics, choices)
    return joint(statistics, mapping, same, choices[0].multiplier, thrift)


def energies_of(statistics, choices):
    """Less for codes of fewer set bits."""
    bits = np.array([bin(code).count("1") for code in range(256)], float)
    return Energies((statistics.layer.name,), dict.fromkeys(choices, bits[None] + 1))


def of_filters(layer, weights):
    """The layer with other filters, without padding."""
    count = len(weights)
    return replace(
        layer,
        weights=weights,
        bias=np.zeros(count, np.int32),
        rescale=layer.rescale[:1] * count,
        padding=(0, 0, 0, 0),
        shape=(6, 6, count),
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["truncated_6_5x5", "precision_4x4"])
def test_codes_are_nearly_the_best_of_all(network, name, seed):
    weights = np.random.default_rng(seed).integers(-12, 13, (4, 1, 1, 2), dtype=np.int8)
    layer = of_filters(network.layers[0], weights)
    statistics = alike(layer, network, seed=seed)
    plain = LayerMapping(multiplier=name)
    found = error_variance(statistics, tuned(statistics, plain))
    codes = np.array(list(product(range(-24, 25), repeat=2))).reshape(-1, 1, 1, 2)
    best = [
        error_variance(
            statistics.for_filters(of_filters(layer, np.repeat(own[None], len(codes), axis=0))),
            replace(plain, tuned_weights=TunedWeights.of(codes)),
        ).min()
        for own in layer.weights
    ]
    assert (found >= np.array(best) - 1e-6).all()
    untuned = error_variance(statistics, plain).sum()
    assert found.sum() <= sum(best) + 0.05 * (untuned - sum(best))


@pytest.mark.parametrize("depthwise", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_together_is_better_than_one_by_one(network, name, depthwise):
    layer = grouped(network.layers[1]) if depthwise else network.layers[1]
    statistics = alike(layer, network)
    plain = LayerMapping(multiplier=name)
    together, alone = tuned(statistics, plain), weighted(statistics, plain)
    assert error_variance(statistics, together).sum() < error_variance(statistics, alone).sum()
    measured = [errors(layer, x, statistics.codes).var(axis=0).sum() for x in (together, alone)]
    assert measured[0] < measured[1]


@pytest.mark.parametrize("depthwise", [False, True])
@pytest.mark.parametrize("name", [*NAMES, "perforated_a3"])
def test_the_variance_told_is_the_one_measured(network, name, depthwise):
    layer = grouped(network.layers[1]) if depthwise else network.layers[1]
    layer = replace(layer, padding=(0, 0, 0, 0), shape=(2, 2, layer.shape[2]))
    statistics = alike(layer, network)
    for mapping in (
        LayerMapping(multiplier=name),
        tuned(statistics, LayerMapping(multiplier=name)),
    ):
        told = error_variance(statistics, mapping)
        measured = errors(layer, mapping, statistics.codes).var(axis=0)
        np.testing.assert_allclose(told.sum(), measured.sum(), rtol=0.25)


@pytest.mark.parametrize("name", COARSE)
def test_the_view_of_a_multiplier_is_what_it_leaves_of_the_activation(network, name):
    statistics = alike(network.layers[1], network)
    assert view_of(statistics, [Choice(name, 0)]) == COARSE[name]


def test_a_coarse_view_lowers_the_error_of_taps_that_read_alike(network, monkeypatch):
    layer = network.layers[1]
    statistics = alike(layer, network)
    plain = LayerMapping(multiplier="precision_booth_5x5")
    seen = errors(layer, tuned(statistics, plain), statistics.codes).var(axis=0).sum()
    monkeypatch.setattr("hwgen.mapping.corrections.objective.view_of", lambda *_: FINE)
    blind = errors(layer, tuned(statistics, plain), statistics.codes).var(axis=0).sum()
    assert seen < blind


def test_every_weight_of_a_mix_keeps_its_table(network):
    layer = network.layers[1]
    statistics = alike(layer, network)
    found = tuned(statistics, MIXED)
    assert replace(found, tuned_weights=None) == MIXED
    assert error_variance(statistics, found).sum() < error_variance(statistics, MIXED).sum()


def test_thrift_saves_energy_and_costs_accuracy(network):
    layer = network.layers[1]
    statistics = alike(layer, network)
    plain = LayerMapping(multiplier="booth_8_8x6")
    energies = energies_of(statistics, [plain.choice])
    mappings = [tuned(statistics, plain, thrift, energies) for thrift in (0, 0.001, 0.01, 0.1, 1)]
    spent = [layer_energy_pj(layer, x, energies) for x in mappings]
    lost = [error_variance(statistics, x).sum() for x in mappings]
    assert spent == sorted(spent, reverse=True)
    assert lost == sorted(lost)
    assert spent[-1] < 0.7 * spent[0]


@pytest.mark.parametrize("name", ["exact", "exact_u8"])
@pytest.mark.parametrize("zero", [0, 20])
def test_what_the_layers_before_did_is_made_up_for(network, name, zero):
    """Sums of smaller inputs come closer to the exact ones, whatever the encoding is."""
    layer = replace(
        network.layers[1],
        weights=network.layers[1].weights // 2,
        weight_zero_points=(zero,) * 4,
    )
    exact = alike(layer, network)
    codes = (exact.codes * 0.9).astype(np.uint8)
    statistics = LayerStatistics(layer, codes, ZERO_POINT, 255, reference=exact.codes)
    plain = LayerMapping(multiplier=name)
    wanted = accumulators(layer, plain, exact.codes)
    left = [
        (wanted - accumulators(layer, x, codes)).reshape(-1, 4).var(axis=0).sum()
        for x in (plain, tuned(statistics, plain))
    ]
    assert left[1] < 0.3 * left[0]
    told = [error_variance(statistics, x).sum() for x in (plain, tuned(statistics, plain))]
    np.testing.assert_allclose(told, left, rtol=0.25)


def test_narrow_weights_stay_within_their_kind(network):
    name = "exact_dadda_u4xs4"
    layer = network.layers[0]
    layer = replace(layer, weights=layer.weights >> 4)
    codes = alike(layer, network).codes >> 4
    statistics = LayerStatistics(layer, codes, ZERO_POINT, 15)
    found = tuned(statistics, LayerMapping(multiplier=name)).tuned_weights.codes(
        layer.weights.shape
    )
    assert find(name).w_kind.width == 4
    assert found.min() >= -8
    assert found.max() <= 7
