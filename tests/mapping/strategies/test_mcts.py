"""Tree search: descent by the bound, one expansion, a weighted rollout, backed-up rewards."""

from math import log, sqrt
from types import SimpleNamespace

import numpy as np
import pytest

from hwgen.mapping.outcome import Objectives
from hwgen.mapping.strategies.choices import LayerChoices
from hwgen.mapping.strategies.mcts import TARGETS, policy, reward
from hwgen.mapping.strategies.tree import EXPLORATION, Node, Tree
from hwgen.spec.mapping.rules import Choice
from tests.mapping import tiny
from tests.mapping.drive import run, start

CHOICES = tuple(Choice("dypr", mode) for mode in range(3))
ONE = LayerChoices(CHOICES, 1)


def tree(layers=3, groups=(ONE,), seed=0, weights=None):
    choices = sum(len(x.choices) for x in groups)
    even = np.ones((layers, choices))
    return Tree(groups, even if weights is None else weights, np.random.default_rng(seed))


def nodes(node):
    return 1 + sum(nodes(child) for child in node.children.values())


def played(tree, value, rounds):
    for _ in range(rounds):
        path = tree.simulate()
        tree.learn(path, value(path))


def test_the_bound_is_the_published_one():
    assert pytest.approx(1 / (2 * sqrt(2))) == EXPLORATION
    parent, child = Node(visits=10, total=1.0), Node(visits=4, total=2.0)
    assert child.bound(parent, EXPLORATION) == pytest.approx(0.5 + EXPLORATION * sqrt(log(10) / 4))
    assert child.bound(parent, 0.0) == 0.5


def test_every_round_makes_one_node():
    small = tree()
    for count in range(1, 12):
        path = small.simulate()
        small.learn(path, 0.5)
        assert len(path) == 3
        assert nodes(small.root) == 1 + count
        assert small.root.visits == count


def test_all_actions_are_tried_before_one_is_tried_again():
    small = tree()
    played(small, lambda path: 1.0, 3)
    assert sorted(small.root.children) == [0, 1, 2]
    assert all(child.visits == 1 for child in small.root.children.values())


def test_rewards_are_those_of_the_leaves_below():
    small = tree(layers=2)
    rewards = {}

    def value(path):
        rewards[len(rewards)] = path, 0.1 * path[0].mode + 0.01 * path[1].mode
        return rewards[len(rewards) - 1][1]

    played(small, value, 30)
    for number, child in small.root.children.items():
        own = [value for path, value in rewards.values() if path[0] == CHOICES[number]]
        assert child.visits == len(own)
        assert child.total == pytest.approx(sum(own))


def test_the_best_leaf_is_found():
    target = (CHOICES[2], CHOICES[0], CHOICES[1])

    def value(path):
        return sum(x == y for x, y in zip(path, target, strict=True)) / 3

    small = tree()
    played(small, value, 200)
    assert tuple(small.best()) == target


def test_before_anything_is_known_the_policy_plays():
    weights = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    assert tree(weights=weights).best() == [CHOICES[1], CHOICES[2], CHOICES[0]]


def test_a_rollout_prefers_what_weighs_more():
    weights = np.tile([0.05, 0.15, 0.8], (40, 1))
    path = tree(layers=40, weights=weights).simulate()[1:]
    assert path.count(CHOICES[2]) > path.count(CHOICES[1]) > 0


def test_weights_are_energies_saved():
    found = policy(np.array([[4.0, 2.0, 1.0], [1.0, 1.0, 2.0]]))
    assert found == pytest.approx(np.array([[0.05, 0.55, 0.8], [0.55, 0.55, 0.05]]))


def test_only_what_may_stand_side_by_side_is_played():
    names = ("exact", "truncated_7", "perforated_a2")
    several = LayerChoices(tuple(Choice(name, 0) for name in names), 2)
    alone = LayerChoices((Choice("exact_u8", 0),), 2)
    wide = tree(layers=6, groups=(several, alone))
    for _ in range(60):
        path = wide.simulate()
        wide.learn(path, 0.0)
        group = several if path[0] in several.choices else alone
        assert set(path) <= set(group.choices)
        assert group.admits(path)


@pytest.mark.parametrize(
    ("drop", "energy", "expected"),
    [(0.0, 1.0, 0.0), (1.0, 0.4, 0.6), (0.5, 1.3, 0.0), (10.0, 0.1, -0.5), (100.0, 0.1, -1.0)],
)
def test_rewards(drop, energy, expected):
    assert reward(Objectives(drop, energy), 1.0) == pytest.approx(expected)


def test_any_design_that_keeps_the_drop_is_worth_more_than_one_that_does_not():
    assert reward(Objectives(1.0, 1.0), 1.0) > reward(Objectives(1.01, 0.0), 1.0)


def made_up(problem, design):
    """The higher the mode, the less energy and the larger the drop."""
    chosen = [layer.choice for layer in design.mapping.layers.values()]
    depth = sum(x.mode + 2 * (x.multiplier != "exact") for x in chosen) / len(chosen)
    return SimpleNamespace(objectives=Objectives(0.7 * depth**2, 1 - 0.15 * depth))


def test_trees_for_several_drops_share_the_budget(problems):
    search = start("mcts", problems["tiles"], budget=60)
    assert 2 <= len(search.ask(100)) <= len(TARGETS)
    found = run(start("mcts", problems["tiles"], budget=60), answer=made_up)
    assert 50 <= len(found) <= 60


def test_a_space_that_is_known_ends_the_search():
    """Fewer designs than the budget allows: 1 and 4**3."""
    problem = tiny.problem("weights", ("exact", "truncated_steps"))
    found = run(start("mcts", problem, budget=5000), answer=made_up)
    assert 10 < len(found) <= 65


def test_each_drop_gets_its_best_design():
    """Whatever the drop, the cheapest design that keeps to it is asked."""
    problem = tiny.problem("weights", ("exact", "truncated_steps"))
    found = [x.objectives for _, x in run(start("mcts", problem, budget=60), answer=made_up)]
    for limit in (4.0, 8.0):
        best = max(depth for depth in np.arange(0, 5.1, 1 / 3) if 0.7 * depth**2 <= limit)
        kept = min(x.energy for x in found if x.drop <= limit)
        assert kept == pytest.approx(1 - 0.15 * best, abs=0.051)
