"""The greedy walk."""

from itertools import pairwise

import pytest

from hwgen.mapping.design import Corrections
from hwgen.mapping.energy import layer_energy_pj
from hwgen.spec.mapping import LayerMapping
from tests.mapping import tiny
from tests.mapping.drive import asked, made_up, run, start

LAYERS = ("one", "two", "head")


def modes(question):
    return tuple(question.mapping.layers[name].mode for name in LAYERS)


def later_layers_matter_more(mapping):
    return sum(
        mapping.layers[name].mode * (1 + place) ** 2 / 10 for place, name in enumerate(LAYERS)
    )


@pytest.fixture(scope="module")
def switchable():
    return tiny.problem(names=("exact", "truncated_steps"))


def test_every_layer_is_measured_alone_first(switchable):
    done = run(start("greedy", switchable), answer=made_up(later_layers_matter_more))
    alone = {
        tuple(mode * (i == place) for i in range(3)) for place in range(3) for mode in range(4)
    }
    assert {modes(x) for x, _ in done[: len(alone)]} == alone


def test_the_walk_lowers_the_least_sensitive_layer_first(switchable):
    search = start("greedy", switchable, max_drop=100.0)
    walked = [modes(x) for x, _ in run(search, answer=made_up(later_layers_matter_more))][10:]
    assert walked[0][2] == 0  # the head, nine times as sensitive as the first layer
    assert walked[-1] == (3, 3, 3)
    assert all(sum(x) < sum(y) for x, y in pairwise(walked))


@pytest.mark.parametrize("form", ["weights", "tiles"])
@pytest.mark.parametrize("max_drop", [0.5, 1.0, 2.0])
def test_the_drop_is_kept_and_no_uniform_design_that_keeps_it_is_cheaper(problems, form, max_drop):
    problem = problems[form]
    truth = made_up(_strength(problem))
    found = [
        outcome.objectives
        for _, outcome in run(start("greedy", problem, max_drop=max_drop, budget=300), answer=truth)
    ]
    walkable = {"exact", "truncated_steps", "dypr", "lvrm", "posneg_2"}
    uniform = [
        outcome.objectives
        for question, outcome in run(start("uniform", problem), answer=truth)
        if form == "tiles" or question.mapping.layers["one"].multiplier in walkable
    ]
    best = min(x.energy for x in found if x.drop <= max_drop)
    assert best <= min(x.energy for x in uniform if x.drop <= max_drop)


def _strength(problem):
    """Drop that grows with what is saved, more so in later layers."""

    def drop(mapping):
        lost = 0.0
        exact = LayerMapping(multiplier="exact")
        for place, layer in enumerate(problem.network.convolutions):
            own = layer_energy_pj(layer, mapping.layers[layer.name], problem.energies)
            saved = 1 - own / layer_energy_pj(layer, exact, problem.energies)
            lost += max(saved, 0) * (1 + place)
        return lost

    return drop


def test_nothing_is_asked_where_nothing_can_be_lowered():
    assert asked("greedy", tiny.problem(names=("exact", "precision_6x6"))) == []


def test_a_budget_for_few_measurements_leaves_some_for_the_walk(problems):
    """Five multipliers in three layers would take 16 questions; half of 20 are to remain."""
    done = run(start("greedy", problems["tiles"], budget=20), answer=made_up(lambda _: 0.0))
    alone = [
        {x.multiplier for x in question.mapping.layers.values()} - {"exact"} for question, _ in done
    ]
    assert len(done) > 10
    assert set.union(*alone) == {"roup_1_4", "precision_6x6", "truncated_7"}


def test_corrections_are_a_bias_update_or_what_the_options_say(switchable):
    assert {c for x in asked("greedy", switchable) for c in x.corrections.values()} == {
        Corrections()
    }
    other = Corrections(bias_update=False, tuning="joint")
    found = asked("greedy", switchable, corrections=other, budget=5)
    assert {c for x in found for c in x.corrections.values()} == {other}
