"""Matching: the cheapest multiplier whose error is no worse than the noise a layer bears."""

import itertools

import numpy as np
import pytest

from hwgen.mapping.design import Corrections, Design, Probe
from hwgen.mapping.patches import relative_errors
from hwgen.mapping.strategies.choices import LayerChoices
from hwgen.mapping.strategies.held import cheapest_held
from hwgen.mapping.strategies.matching import match, probe_rounds, thinned
from hwgen.spec.mapping.rules import Choice
from tests.mapping.drive import asked, run, start

LAYERS = ("one", "two", "head")


def chosen(design):
    return [design.mapping.layers[name].choice for name in LAYERS]


def designs(questions):
    return [x for x in questions if isinstance(x, Design)]


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_what_is_held_serves_all_at_the_least_cost(capacity):
    rng = np.random.default_rng(2)
    for _ in range(20):
        costs = rng.uniform(1, 10, (4, 6))
        costs[rng.random((4, 6)) < 0.3] = np.inf
        costs[:, 5] = 20  # serves all, dearly
        best = min(
            costs[:, held].min(axis=1).sum() for held in itertools.combinations(range(6), capacity)
        )
        found = cheapest_held(costs, capacity)
        assert len(found) == len(set(found)) <= capacity
        assert costs[:, found].min(axis=1).sum() <= 1.05 * best


def test_rows_are_served_before_costs_count():
    assert cheapest_held(np.array([[1.0, 9.0], [np.inf, 9.0]]), 1) == (1,)


def test_the_cheapest_choice_that_is_borne_is_taken():
    choices = tuple(Choice("dypr", mode) for mode in range(3))
    costs = np.array([[5.0, 4.0, 3.0], [5.0, 4.0, np.inf], [5.0, np.inf, np.inf]])
    found = match(LayerChoices(choices, 1), costs)
    assert found == ((choices[2], choices[1], choices[0]), 12.0)


def test_nothing_is_matched_where_a_layer_bears_nothing():
    choices = (Choice("truncated_7", 0), Choice("perforated_a2", 0))
    costs = np.array([[1.0, np.inf], [np.inf, 1.0]])
    assert match(LayerChoices(choices, 1), costs) == (None, np.inf)
    assert match(LayerChoices(choices, 2), costs) == (choices, 2.0)


def test_layers_get_only_what_they_bear(problems):
    """From design to design tolerances grow together, so errors of layers do, too."""
    problem = problems["tiles"]
    found = designs(asked("agn-match", problem))
    assert chosen(found[0]) == [Choice("exact", 0)] * 3
    totals, strengths = [], []
    for design in found:
        pairs = chosen(design)
        errors = np.diag(relative_errors(problem, pairs))
        strengths.append(errors.max())
        layers = design.mapping.layers
        totals.append(
            sum(
                problem.energies.of(layer.choice, name).mean()
                * problem.layer_by_name[name].operations
                for name, layer in layers.items()
            )
        )
    assert totals == sorted(totals, reverse=True)
    assert strengths[0] == 0 < strengths[-1]


def test_the_mean_error_is_taken_away_but_for_the_published_way(problem):
    ours, published = (
        {x.corrections["one"] for x in designs(asked(name, problem))}
        for name in ("agn-match", "agn-match-published")
    )
    assert ours == {Corrections(bias_update=True)}
    assert published == {Corrections(bias_update=False)}
    own = Corrections(tuning="joint")
    replaced = designs(asked("agn-match", problem, corrections=own))
    assert {x.corrections["one"] for x in replaced} == {own}


def test_both_ways_try_the_same_multipliers(problem):
    ours, published = (
        [chosen(x) for x in designs(asked(name, problem))]
        for name in ("agn-match", "agn-match-published")
    )
    assert ours == published


def test_the_mean_error_counts_where_it_is_left(problems):
    """On a network whose multipliers err to one side, the bias update saves accuracy."""
    problem = problems["tiles"]
    drops = []
    for name in ("agn-match", "agn-match-published"):
        done = run(start(name, problem))
        drops.append(np.mean([x.drop.expected for _, x in done if x.energy is not None]))
    assert drops[0] < drops[1]


def test_every_layer_is_probed_alone(problems):
    probes = [x for x in asked("agn-match", problems["tiles"]) if isinstance(x, Probe)]
    assert all(len(x.noise) == 1 for x in probes)
    assert {x.noise[0][0] for x in probes} == set(problems["tiles"].layers)


@pytest.mark.parametrize(("budget", "layers", "rounds"), [(5, 3, 0), (6, 3, 1), (600, 8, 4)])
def test_probes_take_half_of_the_budget_at_most(budget, layers, rounds):
    assert probe_rounds(budget, layers) == rounds


def test_thinning_keeps_the_cheapest():
    assert thinned("abcdefg", 3) == ["b", "d", "g"]
    assert thinned("abc", 3) == ["a", "b", "c"]
    assert thinned("abc", 0) == []
