import math

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.cost import characterize as room
from hwgen.cost.characterize import characterize, characterize_all
from hwgen.cost.model import MultiplierCost
from hwgen.cost.operands import uniform_transitions
from hwgen.network.transitions import Transitions

NAMES = ("exact", "exact_u8", "precision_4x4", "posneg_2")


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        # Only our cache: YoWASP looks for its own there, too.
        patch.setattr("hwgen.cost.cache._root", lambda: folder)
        yield folder


@pytest.fixture(scope="module")
def costs(generic, cache):
    return characterize_all({name: find(name) for name in NAMES}, generic)


def small_weights(samples=512):
    """Weights from 0 to 3."""
    uniform = uniform_transitions(samples)
    return Transitions(uniform.a_before, uniform.w_before & 3, uniform.a, uniform.w & 3)


def test_every_mode_of_every_multiplier_has_a_cost(costs):
    assert {name: list(cost.energy_pj) for name, cost in costs.items()} == {
        name: list(range(len(find(name).modes))) for name in NAMES
    }
    for cost in costs.values():
        assert cost.area_um2 > 0
        assert cost.delay_ns > 0
        assert cost.leakage_nw > 0


def test_fewer_bits_cost_less(costs):
    exact, reduced = costs["exact"], costs["precision_4x4"]
    assert reduced.area_um2 < 0.6 * exact.area_um2
    assert reduced.energy_pj[0]["uniform"] < 0.6 * exact.energy_pj[0]["uniform"]


def test_approximate_modes_cost_less_than_the_exact_one(costs):
    exact, *others = (layers["uniform"] for layers in costs["posneg_2"].energy_pj.values())
    assert all(other < exact for other in others)


def test_the_mean_is_that_of_the_codes(costs):
    transitions = uniform_transitions()
    for cost in costs.values():
        for mode, layers in cost.energy_by_code.items():
            table = np.array(layers["uniform"])
            seen = np.bincount(transitions.w.view(np.uint8), minlength=256)
            mean = np.nansum(table * seen) / seen.sum()
            assert mean == pytest.approx(cost.energy_pj[mode]["uniform"])


def test_codes_are_raw_bits_and_unused_ones_are_nan(generic, cache):
    cost = characterize(find("exact"), generic, {"layer": small_weights()})
    table = cost.energy_by_code[0]["layer"]
    assert {code for code, x in enumerate(table) if not math.isnan(x)} == {0, 1, 2, 3}
    assert table[0] < 0.5 * table[3]


def test_layers_are_priced_apart(generic, cache, costs):
    layers = {"small": small_weights(), "uniform": uniform_transitions()}
    cost = characterize(find("exact"), generic, layers)
    assert cost.energy_pj[0]["small"] < cost.energy_pj[0]["uniform"]
    assert cost.energy_pj[0]["uniform"] == pytest.approx(costs["exact"].energy_pj[0]["uniform"])


def test_results_are_remembered_by_content(generic, cache, costs, monkeypatch):
    def refuse(*arguments):
        raise AssertionError("it was synthesized again")

    monkeypatch.setattr(room, "synthesize", refuse)
    again = characterize_all({name: find(name) for name in NAMES}, generic)
    assert {name: x.to_json() for name, x in again.items()} == {
        name: x.to_json() for name, x in costs.items()
    }
    with pytest.raises(AssertionError, match=r"^it was synthesized again$"):
        characterize(find("exact"), generic, {"other": small_weights()})


DAMAGED = [
    "{",
    "[]",
    "3",
    "[" * 100_000,
    '{"area_um2": "x"}',
    '{"modules": {"multiplier": {"cells": {}, "ports": {}}}}',
    (
        '{"modules": {"multiplier": {"cells": {"x": {"type": "DFF_X1", "connections": {}}}, '
        '"ports": {"p": {"direction": "output", "bits": [2]}}}}}'
    ),
    '{"area_um2": 1, "delay_ns": 1, "leakage_nw": 1, "energy_pj": {}, "energy_by_code": {}}',
    '{"area_um2": "x", "delay_ns": 1, "leakage_nw": 1, "energy_pj": {}, "energy_by_code": {}}',
    (
        '{"area_um2": 1, "delay_ns": 1, "leakage_nw": 1, "energy_pj": {"0": {"uniform": 1}}, '
        '"energy_by_code": {"0": {"uniform": [1]}}}'
    ),
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_cache_is_computed_again(generic, cache, costs, text):
    for path in cache.rglob("*.json"):
        path.write_text(text)
    cost = characterize(find("precision_4x4"), generic)
    assert cost.to_json() == costs["precision_4x4"].to_json()


def test_text_of_a_cost_reads_back_exactly(costs):
    for cost in costs.values():
        assert MultiplierCost.from_json(cost.to_json()).to_json() == cost.to_json()


def test_another_trace_needs_no_other_synthesis(generic, cache, costs, monkeypatch):
    def refuse(*arguments):
        raise AssertionError("it was synthesized again")

    characterize(find("exact"), generic)
    monkeypatch.setattr("hwgen.cost.synthesis.run_yosys", refuse)
    characterize(find("exact"), generic, {"another": small_weights(64)})
    with pytest.raises(AssertionError, match=r"^it was synthesized again$"):
        characterize(find("heam_u8"), generic)


def test_equal_circuits_are_synthesized_once(generic, cache, monkeypatch):
    made = []
    synthesize = room.synthesize
    monkeypatch.setattr(room, "synthesize", lambda *x: made.append(x) or synthesize(*x))
    costs = characterize_all({"one": find("perforated_a3"), "two": find("perforated_a3")}, generic)
    assert len(made) == 1
    assert costs["one"] == costs["two"]
