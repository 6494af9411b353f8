"""Energies by weight code against simulating each code by itself."""

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.cost import codes as room
from hwgen.cost.characterize import characterize
from hwgen.cost.codes import LANES, energies_by_code
from hwgen.cost.lanes import transition_energies_pj
from hwgen.cost.operands import Encoding
from hwgen.errors import SpecError
from hwgen.network.transitions import Transitions


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        # Only our cache: YoWASP looks for its own there, too.
        patch.setattr("hwgen.cost.cache._root", lambda: folder)
        yield folder


def trace(samples=LANES, high=256, weights=128, seed=0):
    """Activations, of which some stay, past weights, of which some change."""
    rng = np.random.default_rng(seed)
    before, a = rng.integers(0, high, (2, samples), dtype=np.uint8)
    w_before, w = rng.integers(-weights, weights, (2, samples), dtype=np.int8)
    a = np.where(rng.random(samples) < 0.3, before, a)
    w_before = np.where(rng.random(samples) < 0.8, w, w_before)
    return Transitions(before, w_before, a, w)


def measured(name, generic, *traces, at_edge=False):
    layers = {f"layer{number}": x for number, x in enumerate(traces)}
    return energies_by_code({name: Encoding(find(name), at_edge)}, generic, layers)[name]


def lanes(name, generic, operands, mode=0):
    modes = np.full(len(operands.a), mode)
    return transition_energies_pj(name, Encoding(find(name)), generic, operands, modes, modes)


@pytest.mark.parametrize("name", ["exact_booth", "lvrm", "precision_4x4"])
def test_the_mean_over_a_traces_own_weights_is_its_energy(name, generic):
    traces = (trace(3000), trace(1000, seed=1))
    tables = measured(name, generic, *traces)
    assert tables.shape == (len(find(name).modes), 2, 256)
    cost = characterize(find(name), generic, {"0": traces[0], "1": traces[1]})
    for mode, layers in enumerate(tables):
        for number, table in enumerate(layers):
            mean = table[traces[number].w.view(np.uint8)].mean()
            assert mean == pytest.approx(cost.energy_pj[mode][str(number)], rel=1e-9)


@pytest.mark.parametrize(("name", "mode"), [("exact", 0), ("lvrm", 1)])
def test_every_code_is_multiplied_with_the_same_transitions(name, mode, generic):
    operands = trace(weights=4)  # as few as are drawn, and all of them move
    operands.a[operands.a == operands.a_before] ^= 1
    found = measured(name, generic, operands)[mode, 0]
    stays = operands.w_before == operands.w
    slow = {}
    for code in range(-4, 4):
        w = np.full(LANES, code, np.int8)
        before = np.where(stays, w, operands.w_before)
        alone = Transitions(operands.a_before, before, operands.a, w)
        slow[code] = lanes(name, generic, alone, mode).mean()
    predicted = np.mean([slow[code] for code in operands.w])
    level = lanes(name, generic, operands, mode).mean() / predicted
    for code, energy in slow.items():
        assert found[code] == pytest.approx(level * energy, rel=1e-9)


def test_a_code_is_priced_whether_the_trace_holds_it_or_not(generic):
    whole, positive = (measured("exact", generic, trace(4000, weights=x))[0, 0] for x in (128, 16))
    assert np.isfinite(positive).all()
    assert positive[0] < positive[1] < positive[85]
    assert np.corrcoef(whole, positive)[0, 1] > 0.95


def test_what_a_narrow_multiplier_does_not_take_has_no_energy(generic):
    tables = measured(
        "exact_booth_u4xs4", generic, trace(500, high=16, weights=8), trace(500, weights=8)
    )
    codes = np.arange(256, dtype=np.uint8).view(np.int8)
    np.testing.assert_array_equal(np.isfinite(tables[0, 0]), (codes >= -8) & (codes < 8))
    assert np.isnan(tables[0, 1]).all()


def test_a_layer_in_which_nothing_changes_takes_nothing(generic):
    still = trace(300)
    still = Transitions(still.a, still.w, still.a, still.w)
    assert (measured("exact", generic, still) == 0).all()


def test_at_the_edge_only_the_core_is_priced(generic):
    operands = trace(2000)
    inside = measured("precision_6x8", generic, operands)
    core = measured("precision_6x8", generic, operands, at_edge=True)
    assert core[0, 0].mean() < 0.9 * inside[0, 0].mean()
    with pytest.raises(SpecError, match=r"^multiplier must shorten activations first .*, not .*$"):
        measured("lvrm", generic, operands, at_edge=True)


def test_results_are_remembered_by_content(generic, monkeypatch):
    first = measured("precision_4x4", generic, trace(200))

    def refuse(*arguments):
        raise AssertionError("it was synthesized again")

    with monkeypatch.context() as patch:
        patch.setattr(room, "synthesize", refuse)
        np.testing.assert_array_equal(measured("precision_4x4", generic, trace(200)), first)
        with pytest.raises(AssertionError, match=r"^it was synthesized again$"):
            measured("precision_4x4", generic, trace(200, seed=1))


@pytest.mark.parametrize("text", ["{", "[1]", '["x"]', "[" * 100_000])
def test_what_is_damaged_is_computed_again(text, generic, monkeypatch):
    first = measured("precision_4x4", generic, trace(200))
    recall = room.recall
    monkeypatch.setattr(room, "recall", lambda key: text)
    np.testing.assert_array_equal(measured("precision_4x4", generic, trace(200)), first)
    monkeypatch.setattr(room, "recall", recall)
    np.testing.assert_array_equal(measured("precision_4x4", generic, trace(200)), first)


def test_codes_that_a_multiplier_does_not_take_are_refused(generic):
    with pytest.raises(
        SpecError,
        match=r"^multiplier exact_booth_u4xs4 must take all codes of its layers, "
        r"not u4 x s4 alone$",
    ):
        lanes("exact_booth_u4xs4", generic, trace(10))
