"""Operating points of few multipliers: damping, clusters, and what each cluster gets."""

import numpy as np
import pytest

from hwgen.mapping.design import Design
from hwgen.mapping.strategies.matching import groups_of
from hwgen.mapping.strategies.qos import (
    MOST_RUNS,
    POINTS,
    clustered,
    damped,
    member_of,
    operating_points,
)
from hwgen.spec.mapping.rules import Choice
from tests.mapping import tiny
from tests.mapping.drive import asked


def points(name, problem, **options):
    return [x for x in asked(name, problem, **options) if isinstance(x, Design)]


def chosen(design):
    return tuple(design.mapping.layers[name].choice for name in ("one", "two", "head"))


def test_ratios_are_damped_from_1_on():
    found = damped(np.array([0.0, 0.5, 1.0, np.e, np.e**3]))
    assert found == pytest.approx([0, 0.5, 1, 2, 4])


def test_clusters_are_those_of_the_rows():
    rng = np.random.default_rng(0)
    middles = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    rows = np.repeat(middles, 20, axis=0) + rng.normal(0, 0.1, (60, 2))
    labels, centroids = clustered(rows, 3, seed=1)
    assert centroids[labels[::20]] == pytest.approx(middles, abs=0.1)
    assert all(len(set(labels[x : x + 20])) == 1 for x in (0, 20, 40))


def test_clusters_are_the_same_every_time():
    rows = np.random.default_rng(0).random((60, 5))
    first, second = (clustered(rows, 4, seed=2) for _ in range(2))
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


def test_there_are_no_more_clusters_than_different_rows():
    labels, centroids = clustered(np.array([[1.0, 2.0]] * 5), 3, seed=0)
    assert centroids.tolist() == [[1, 2]]
    assert labels.tolist() == [0] * 5


def test_a_cluster_gets_the_cheapest_that_it_bears():
    energies = np.array([9.0, 5.0, 1.0])
    assert member_of(np.array([0.0, 1.0, 1.01]), energies) == 1
    assert member_of(np.array([0.0, 0.5, 0.9]), energies) == 2
    assert member_of(np.array([1.5, 1.2, 3.0]), energies) == 1  # bears none: the closest


def test_operating_points_share_the_multipliers(problems):
    """Three points of six multipliers, of which three are held."""
    (group,) = groups_of(problems["tiles"])
    sigma = np.outer([0.01, 0.1, 0.4], [0.5, 1.0, 2.0])
    found = operating_points(group, sigma, seed=1)
    assert len(found) == 3
    assert 2 <= len({choice for point in found for choice in point}) <= 3


def test_a_layer_that_bears_all_gets_the_cheapest_and_one_that_bears_none_the_closest(problems):
    (group,) = groups_of(problems["tiles"])
    cheapest = group.group.choices[int(group.energies.sum(axis=0).argmin())]
    found = operating_points(group, np.array([[100.0, 0.0, 0.0]]), seed=1)
    assert found == [(cheapest, Choice("exact", 0), Choice("exact", 0))]


def test_a_sweep_has_runs_of_three_points(problems):
    found = points("qos", problems["tiles"], budget=200)
    assert 3 <= len(found) <= POINTS * MOST_RUNS


def test_points_go_from_accurate_to_cheap(problems):
    problem = problems["tiles"]
    totals = []
    for design in points("qos", problem, budget=100):
        layers = design.mapping.layers
        by_layer = [problem.energies.of(layers[x].choice, x).mean() for x in problem.layers]
        totals.append(float(np.dot(by_layer, [1, 1, 1])))
    assert totals[0] > totals[-1]


def test_an_array_of_one_multiplier_chooses_among_its_modes():
    names = ("exact", "truncated_steps")
    found = points("qos", tiny.problem("weights", names), budget=100)
    held = [{choice.multiplier for choice in chosen(design)} for design in found]
    assert {len(x) for x in held} == {1}
    assert {"truncated_steps"} in held
    modes = {x.mode for design in found for x in chosen(design) if x.multiplier != "exact"}
    assert len(modes) > 1
