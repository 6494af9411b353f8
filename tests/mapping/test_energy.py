"""Energies by code, added up over what a mapping multiplies."""

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.mapping.energy import Energies, is_fully_connected, layer_energy_pj, mapping_energy
from hwgen.network.graph import Convolution, Network, Quantization, Rescale
from hwgen.spec.mapping import Choice, LayerMapping, Mapping, RangeRule, TunedWeights

LAYERS = ("first", "last")


def convolution(name, source, shape, weights):
    return Convolution(
        name=name,
        inputs=(source,),
        shape=shape,
        quantization=Quantization(1.0, 0),
        weights=weights,
        bias=np.zeros(len(weights), np.int32),
        stride=(1, 1),
        padding=(0, 0, 0, 0),
        rescale=Rescale(1, 0, 7),
    )


@pytest.fixture
def network():
    rng = np.random.default_rng(1)
    first, last = (rng.integers(-128, 128, x).astype(np.int8) for x in ((3, 2, 2, 1), (4, 2, 3, 3)))
    layers = (
        convolution("first", "input", (2, 3, 3), first),
        convolution("last", "first", (1, 1, 4), last),
    )
    return Network(
        input_name="input",
        input_shape=(3, 4, 1),
        input_quantization=Quantization(1.0, 0),
        layers=layers,
    )


@pytest.fixture
def energies():
    rng = np.random.default_rng(2)
    choices = [Choice("exact", 0), *(Choice("lvrm", mode) for mode in range(3))]
    return Energies(LAYERS, {choice: rng.random((2, 256)) for choice in choices})


def one_by_one(layer, codes, mode, energies, multiplier="lvrm"):
    """Every product of every position."""
    found = 0.0
    for code, own in zip(codes.ravel(), mode.ravel(), strict=True):
        table = energies.tables[Choice(multiplier, int(own))][LAYERS.index(layer.name)]
        found += layer.shape[0] * layer.shape[1] * table[int(code) % 256]
    return found


def test_every_weight_costs_what_its_code_and_mode_cost(network, energies):
    rules = (RangeRule(codes="-20..20", mode=1), RangeRule(codes="21..90", mode=2))
    mapping = LayerMapping(multiplier="lvrm", ranges=rules)
    for layer in network.convolutions:
        w = layer.weights.astype(int)
        mode = np.where(abs(w) <= 20, 1, np.where((w > 20) & (w <= 90), 2, 0))
        wanted = one_by_one(layer, w, mode, energies)
        assert layer_energy_pj(layer, mapping, energies) == pytest.approx(wanted)


def test_a_tuned_code_costs_what_it_is_and_keeps_its_mode(network, energies):
    rules = (RangeRule(codes="-20..20", mode=1),)
    for layer in network.convolutions:
        codes = np.random.default_rng(3).integers(-128, 128, layer.weights.shape)
        mapping = LayerMapping(
            multiplier="lvrm", ranges=rules, tuned_weights=TunedWeights.of(codes)
        )
        mode = (abs(layer.weights.astype(int)) <= 20).astype(int)
        wanted = one_by_one(layer, codes, mode, energies)
        assert layer_energy_pj(layer, mapping, energies) == pytest.approx(wanted)


def test_a_network_is_told_with_its_head_and_without(network, energies):
    mapping = Mapping({name: LayerMapping(multiplier="lvrm", mode=2) for name in LAYERS})
    exact = LayerMapping(multiplier="exact")
    own, reference = (
        [layer_energy_pj(x, y, energies) for x in network.convolutions]
        for y in (mapping.layers["first"], exact)
    )
    found = mapping_energy(network, mapping, energies, "exact")
    assert [is_fully_connected(x) for x in network.convolutions] == [False, True]
    assert found.total_pj == pytest.approx(sum(own))
    assert found.total == pytest.approx(sum(own) / sum(reference))
    assert found.convolutions == pytest.approx(own[0] / reference[0])


def test_codes_that_do_not_occur_need_no_energy(network, energies):
    layer = network.convolutions[0]
    table = energies.tables[Choice("exact", 0)][0]
    used = np.unique(layer.weights.view(np.uint8))
    table[np.setdiff1d(np.arange(256), used)] = np.nan
    assert np.isfinite(layer_energy_pj(layer, LayerMapping(multiplier="exact"), energies))
    table[used[0]] = np.nan
    assert np.isnan(layer_energy_pj(layer, LayerMapping(multiplier="exact"), energies))


def test_what_was_not_measured_is_refused(energies):
    with pytest.raises(SpecError, match=r"^energy of drum_4 mode 0 must be measured$"):
        energies.of(Choice("drum_4", 0), "first")
