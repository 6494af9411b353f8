"""Monte Carlo tree search over the multipliers of the layers, one after the other."""

from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.outcome import Objectives
from hwgen.mapping.strategies.choices import by_operands, layer_design
from hwgen.mapping.strategies.matching import layer_energies
from hwgen.mapping.strategies.search import Procedure, Steps
from hwgen.mapping.strategies.tree import Tree
from hwgen.spec.mapping.rules import Choice

__all__ = ["Mcts", "policy", "reward"]

TARGETS = (0.25, 0.5, 1.0, 2.0, 4.0)  # drops that are searched for, in units of max_drop
LARGEST_DROP = 100.0  # percent points: earns -1
LEAST_DROP = 0.01  # what smaller limits count as, where they are missed
TINY = 1e-9  # what keeps to the drop is always worth more
LEAST = 0.05  # weight of the dearest choice
PATIENCE = 200  # rounds without a new question after which the trees count as known


class Mcts(Procedure):
    """Monte Carlo tree search (TransAxx; Danopoulos et al., 2024).

    Published, by its code: a level of the tree is a layer, an action its multiplier. Each round
    descends by the bound ``Q / N + c * sqrt(ln N_parent / N)`` with ``c = 1 / (2 sqrt 2)`` to a
    node with actions untried, tries one, plays on to a leaf by a policy of weighted chance, and
    adds the leaf's reward to all nodes on the way; at the end the tree is descended greedily.

    Reconstructed, for the code lacks them: the reward (:func:`reward`), and the weights of the
    hardware-driven policy, here proportional to the energy that a choice saves against the
    dearest one of its layer, and never 0. An action must leave a design that the hardware form
    holds.

    A tree searches for one drop. Five of them, for a quarter of ``max_drop`` to four times as
    much, share the budget and take turns, so that one run gives a front within the same budget
    that other methods have; what one asked is known to all. Their turns are asked together: at
    most five questions at once.
    """

    def steps(self) -> Steps:
        problem, options = self.problem, self.options
        corrections = options.corrections or Corrections()
        groups = by_operands(problem)
        choices = [choice for group in groups for choice in group.choices]
        weights = policy(layer_energies(problem, choices))
        trees = [Tree(groups, weights, self.rng) for _ in TARGETS]
        limits = [x * options.max_drop for x in TARGETS]
        idle = 0
        while self.questions_left > len(trees) and idle < PATIENCE:
            before = self.questions_left
            paths = [tree.simulate() for tree in trees]
            outcomes = yield [self._design(x, corrections) for x in paths]
            idle = idle + 1 if self.questions_left == before else 0
            for tree, path, limit, outcome in zip(trees, paths, limits, outcomes, strict=True):
                tree.learn(path, reward(outcome.objectives, limit))
        yield [self._design(tree.best(), corrections) for tree in trees]

    def _design(self, path: Sequence[Choice], corrections: Corrections) -> Design:
        return layer_design(self.problem, path, corrections)


def reward(objectives: Objectives, max_drop: float) -> float:
    """What a leaf is worth: from -1 to 1, and more for any that keeps to the drop than for none.

    The energy saved, where the drop is kept; else by what factor it is missed, on a logarithmic
    scale: random leaves lose tens of points, and a tree must tell which lose less.
    """
    if objectives.drop <= max_drop:
        return max(0.0, 1 - objectives.energy)
    limit = max(max_drop, LEAST_DROP)
    missed = log(max(objectives.drop / limit, 1.0)) / log(max(LARGEST_DROP / limit, 2.0))
    return -min(1.0, missed) - TINY


def policy(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of every choice in every layer: the share that it saves there, and a little.

    Parameters
    ----------
    energies : float64[layers, choices]
    """
    found: NDArray[np.float64] = 1 - energies / energies.max(axis=1, keepdims=True) + LEAST
    return found
