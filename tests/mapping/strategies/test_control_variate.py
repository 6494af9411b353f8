"""The control variate method: what is asked in the whole array, and the walk layer by layer."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from hwgen.errors import SpecError
from hwgen.mapping.design import Corrections
from hwgen.mapping.energy import Energies
from hwgen.mapping.outcome import Objectives
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies import find_strategy
from hwgen.mapping.strategies.control_variate import FITS, members
from hwgen.mapping.strategies.search import Options
from hwgen.spec.mapping.rules import Choice
from tests.mapping import tiny
from tests.mapping.drive import run, start

NAMES = ("exact", "perforated_a1", "perforated_a2", "recursive_a4_w4", "drum_4")
FOUND = [Choice(name, 0) for name in NAMES[1:4]]


@pytest.fixture(scope="module")
def side_by_side():
    """Three arrays, and three multipliers that formulas are published for: each cheaper."""
    plain = tiny.problem("tiles", NAMES)
    tables = {
        choice: table * (1 - 0.2 * NAMES.index(choice.multiplier))
        for choice, table in plain.energies.tables.items()
    }
    energies = Energies(plain.energies.layers, tables)
    return Problem(
        plain.network, plain.images, plain.labels, NAMES, energies, plain.spec, threads=1
    )


def chosen(design):
    return tuple(design.mapping.layers[name].choice for name in ("one", "two", "head"))


def is_whole(design):
    return len(set(chosen(design))) == 1


def answers(sensitivities, gain):
    """Made up: drops of layers add up; ``gain`` scales what the analytic fit loses."""

    def answer(problem, design):
        drop = saved = 0.0
        for weight, name in zip(sensitivities, problem.layers, strict=True):
            depth = NAMES.index(design.mapping.layers[name].multiplier)
            analytic = design.corrections[name].control_variate == "analytic"
            drop += weight * depth**2 * (gain if analytic else 1.0)
            saved += 0.1 * depth
        return SimpleNamespace(
            drop=SimpleNamespace(expected=drop), objectives=Objectives(drop, 1 - saved)
        )

    return answer


def designs(problem, answer, **options):
    return [x for x, _ in run(start("control-variate", problem, **options), answer=answer)]


def test_members_are_of_the_three_families_and_within_the_sums(side_by_side):
    assert list(members(side_by_side)) == FOUND
    narrow = tiny.problem("tiles", NAMES)
    narrow.spec = replace(narrow.spec, variate_bits=2)
    assert list(members(narrow)) == FOUND[:2]


def test_every_member_fills_the_array_with_both_fits(side_by_side):
    found = designs(side_by_side, answers((1, 1, 1), 2.0), budget=60)
    pairs = [(chosen(x)[0], x.corrections["one"]) for x in found[:6]]
    assert all(is_whole(x) for x in found[:6])
    assert pairs == [(choice, fit) for choice in FOUND for fit in FITS.values()]


@pytest.mark.parametrize(("gain", "better"), [(2.0, "calibrated"), (0.5, "analytic")])
def test_layers_take_the_fit_that_did_better_in_the_whole_array(side_by_side, gain, better):
    found = designs(side_by_side, answers((0.1, 0.2, 0.3), gain), budget=60)
    for design in found[6:]:
        for name, choice in zip(side_by_side.layers, chosen(design), strict=True):
            own = design.corrections[name].control_variate
            assert own == ("none" if choice.multiplier == "exact" else better)


def test_a_fit_as_published_brings_its_own_constant():
    assert FITS["analytic"] == Corrections(bias_update=False, control_variate="analytic")
    assert FITS["calibrated"].bias_update


def test_layers_are_measured_alone_then_together(side_by_side):
    found = designs(side_by_side, answers((0.1, 0.2, 0.3), 2.0), budget=60)
    exact = Choice("exact", 0)
    alone = [sum(x != exact for x in chosen(design)) for design in found[6:16]]
    assert alone == [0] + [1] * 9


def test_the_least_sensitive_layer_gives_way_first(side_by_side):
    """Drops of 0.1 to 1.6 in the first layer, a hundred times that in the others."""
    answer = answers((0.1, 10.0, 10.0), 2.0)
    done = run(start("control-variate", side_by_side, budget=60, max_drop=1.0), answer=answer)
    kept = [chosen(x) for x, y in done if y.objectives.drop <= 1.0]
    assert max(kept, key=lambda x: NAMES.index(x[0].multiplier)) == (
        FOUND[2],
        Choice("exact", 0),
        Choice("exact", 0),
    )


def test_the_walk_goes_on_to_four_times_the_drop(side_by_side):
    answer = answers((0.1, 0.2, 0.3), 2.0)
    done = run(start("control-variate", side_by_side, budget=100, max_drop=1.0), answer=answer)
    for limit in (1.0, 2.0, 4.0):
        best = min(y.objectives.energy for _, y in done if y.objectives.drop <= limit)
        assert best < 0.8
    cheapest = [
        min(y.objectives.energy for _, y in done if y.objectives.drop <= limit)
        for limit in (1.0, 2.0, 4.0)
    ]
    assert cheapest == sorted(cheapest, reverse=True)
    assert cheapest[0] > cheapest[-1]


def test_corrections_of_the_options_take_the_place_of_both(side_by_side):
    own = Corrections(bias_update=True, control_variate="none")
    found = designs(side_by_side, answers((1, 1, 1), 1.0), budget=60, corrections=own)
    assert {fit for design in found for fit in design.corrections.values()} == {own}


def test_real_answers_have_a_variate_where_it_is_not_exact(side_by_side):
    done = run(start("control-variate", side_by_side, budget=24))
    mixed = [y.mapping for x, y in done if "exact" in {c.multiplier for c in chosen(x)}]
    assert mixed
    for mapping in mixed:
        for layer in mapping.layers.values():
            assert (layer.control_variate is None) == (layer.multiplier == "exact")


@pytest.mark.parametrize("names", [("exact", "drum_4"), ("exact", "truncated_7")])
def test_without_a_member_the_method_refuses(names):
    problem = tiny.problem("weights", names)
    with pytest.raises(SpecError) as caught:
        find_strategy("control-variate")(problem, Options(seed=0, budget=10))
    assert str(caught.value) == (
        "search method control-variate needs perforated, recursive or truncated multipliers of "
        f"at most 4 low bits, the accelerator's variate_bits, not only {', '.join(names)}"
    )


def test_unsigned_weights_are_searched_like_others():
    """The papers' operands, beside a baseline of other ones."""
    names = ("exact", "exact_u8", "perforated_a2_u8")
    problem = tiny.problem("tiles", names)
    problem = Problem(
        problem.network,
        problem.images,
        problem.labels,
        names,
        problem.energies,
        replace(problem.spec, activation_sum=True),
        threads=1,
    )
    found = {y for x in designs(problem, of_two, budget=40) for y in chosen(x)}
    assert found == {Choice("exact_u8", 0), Choice("perforated_a2_u8", 0)}


def of_two(problem, design):
    saved = sum(x.multiplier == "perforated_a2_u8" for x in chosen(design)) / 9
    return SimpleNamespace(
        drop=SimpleNamespace(expected=saved), objectives=Objectives(saved, 1 - saved)
    )
