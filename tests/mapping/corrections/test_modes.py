"""Choosing modes with the codes: never dearer than one mode for all, at any level."""

from itertools import pairwise

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.mapping.corrections.joint import error_variance, joint
from hwgen.mapping.corrections.modes import LEVELS, joint_modes
from hwgen.mapping.corrections.objective import Objective
from hwgen.mapping.corrections.statistics import LayerStatistics, scales
from hwgen.mapping.energy import Energies, layer_energy_pj
from hwgen.spec.mapping import Choice, LayerMapping
from tests.mapping.corrections.measured import ZERO_POINT, errors, grouped, random_codes

CHOICES = tuple(Choice("truncated_steps", mode) for mode in range(4))
BASELINE = "exact"
THRIFT = 0.005


@pytest.fixture(params=["plain", "depthwise"])
def statistics(request, network):
    layer = network.layers[1]
    codes = ((random_codes(network, layer) / 255.0) ** 2 * 255).astype(np.uint8)
    if request.param == "depthwise":
        layer = grouped(layer)
    return LayerStatistics(layer, codes, ZERO_POINT, 255)


@pytest.fixture
def energies(statistics):
    """Every mode saves a fifth, and codes of fewer set bits save more."""
    bits = np.array([bin(code).count("1") for code in range(256)], float)[None] + 4
    tables = {x: bits * (1 - 0.2 * x.mode) for x in CHOICES}
    return Energies((statistics.layer.name,), tables | {Choice(BASELINE, 0): 1.5 * bits})


def cost(statistics, energies, mapping, thrift=THRIFT):
    """Error variance of the output, and what the energy is worth."""
    scale = scales(statistics.layer) ** 2
    output = float(scale @ statistics.output_variance)
    exact = layer_energy_pj(statistics.layer, LayerMapping(multiplier=BASELINE), energies)
    spent = layer_energy_pj(statistics.layer, mapping, energies)
    return float(scale @ error_variance(statistics, mapping)) / output + thrift * spent / exact


def found(statistics, energies, level, thrift=THRIFT):
    return joint_modes(statistics, CHOICES, energies, BASELINE, thrift, level)


def test_finer_levels_cost_no_more(statistics, energies):
    costs = {
        level: cost(statistics, energies, found(statistics, energies, level)) for level in LEVELS
    }
    uniform = [
        joint(
            statistics,
            LayerMapping(multiplier=x.multiplier, mode=x.mode),
            energies,
            BASELINE,
            THRIFT,
        )
        for x in CHOICES
    ]
    assert costs["layer"] <= min(cost(statistics, energies, x) for x in uniform) * 1.03
    assert costs["filter"] <= costs["layer"] * 1.001
    assert costs["kernel"] <= costs["filter"] * 1.001
    assert costs["range"] <= costs["layer"] * 1.001
    assert costs["weight"] < costs["layer"]


@pytest.mark.parametrize("level", LEVELS)
def test_rules_are_those_of_the_level(statistics, energies, level):
    mapping = found(statistics, energies, level)
    rules = {"filter": "filters", "kernel": "kernels", "range": "ranges", "weight": "weights"}
    for other, name in rules.items():
        assert other == level or not getattr(mapping, name)
    if level == "layer":
        assert mapping.is_uniform
    if level == "weight":
        assert mapping.weights
    choices, index = mapping.resolve(statistics.layer.centred_weights)
    assert set(choices) <= set(CHOICES)
    if level == "range":
        for code in np.unique(statistics.layer.centred_weights):
            assert len(set(index[statistics.layer.centred_weights == code])) == 1


def test_every_weight_takes_the_best_pair_of_mode_and_code(statistics, energies):
    """At the end no single weight can change mode or code and cost less."""
    objective = Objective(statistics, CHOICES, energies, BASELINE, THRIFT)
    places = objective.minimum(None)
    rng = np.random.default_rng(1)
    least = objective.cost(places)
    for _ in range(300):
        moved = places.copy()
        tap = rng.integers(places.shape[1])
        moved[:, tap] = rng.integers(len(CHOICES) * 256, size=len(places))
        assert (objective.cost(moved) >= least * (1 - 1e-9)).all()


def test_what_a_mix_is_told_to_lose_is_what_it_loses(statistics, energies):
    mapping = found(statistics, energies, "weight")
    measured = errors(statistics.layer, mapping, statistics.codes).var(axis=0).sum()
    np.testing.assert_allclose(error_variance(statistics, mapping).sum(), measured, rtol=0.3)


@pytest.mark.parametrize("level", LEVELS)
def test_more_thrift_spends_less(statistics, energies, level):
    spent = [
        layer_energy_pj(statistics.layer, found(statistics, energies, level, x), energies)
        for x in (0.0, 0.001, 0.01, 0.1, 10.0)
    ]
    assert all(later <= before * 1.005 for before, later in pairwise(spent))
    assert spent[-1] < spent[0]


def test_an_unknown_level_is_refused(statistics, energies):
    with pytest.raises(SpecError, match="joint tuning level must be one of layer, filter"):
        found(statistics, energies, "tap")
