"""A search tree: layer after layer, what they are multiplied with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.strategies.choices import LayerChoices
from hwgen.spec.mapping.rules import Choice

__all__ = ["EXPLORATION", "Node", "Tree"]

EXPLORATION = 1 / (2 * sqrt(2))  # as published


@dataclass(eq=False)
class Node:
    """What is known of all designs that begin alike.

    Parameters
    ----------
    visits : int
    total : float
        Sum of rewards.
    children : dict of int to Node
        By number of the choice.
    """

    visits: int = 0
    total: float = 0.0
    children: "dict[int, Node]" = field(default_factory=dict)

    @property
    def mean(self) -> float:
        """Reward to be expected."""
        return self.total / self.visits

    def bound(self, parent: "Node", exploration: float) -> float:
        """Upper confidence bound of the reward."""
        return self.mean + exploration * sqrt(log(parent.visits) / self.visits)


class Tree:
    """Choices for one layer after the other.

    A path is a list of choices by number, through all groups.

    Parameters
    ----------
    groups : sequence of LayerChoices
        What may stand side by side: the first choice of a path says which group it is of.
    weights : float64[layers, choices]
        Of the policy that plays on from a new node.
    rng : numpy.random.Generator
    """

    def __init__(
        self,
        groups: Sequence[LayerChoices],
        weights: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> None:
        self.root, self._weights, self._rng = Node(), weights, rng
        self._choices = [choice for group in groups for choice in group.choices]
        self._group = [group for group in groups for _ in group.choices]
        self._best: tuple[float, list[int]] = (-np.inf, [])

    def simulate(self) -> list[Choice]:
        """Choices of a leaf: down the tree, one new node, the rest by the policy."""
        node, path = self.root, list[int]()
        while len(path) < len(self._weights):
            legal = self._legal(path)
            untried = [x for x in legal if x not in node.children]
            if untried:
                path.append(int(self._rng.choice(untried)))
                node.children.setdefault(path[-1], Node())
                break
            path.append(self._descend(node, legal, EXPLORATION))
            node = node.children[path[-1]]
        while len(path) < len(self._weights):
            path.append(self._played(path))
        return [self._choices[x] for x in path]

    def learn(self, path: Sequence[Choice], value: float) -> None:
        """Add a leaf's reward to all nodes that lead to it."""
        numbers, node = [self._choices.index(x) for x in path], self.root
        self._best = max(self._best, (value, numbers))
        node.visits, node.total = node.visits + 1, node.total + value
        for number in numbers:
            if number not in node.children:
                return
            node = node.children[number]
            node.visits, node.total = node.visits + 1, node.total + value

    def best(self) -> list[Choice]:
        """The greedy descent; below what the tree knows, as the best leaf played on, or cheaply."""
        node, path = self.root, list[int]()
        while node.children and len(path) < len(self._weights):
            tried = [x for x in self._legal(path) if x in node.children]
            path.append(self._descend(node, tried, 0.0))
            node = node.children[path[-1]]
        known = self._best[1]
        if known and known[: len(path)] == path:
            return [self._choices[x] for x in known]
        while len(path) < len(self._weights):
            path.append(self._played(path))
        return [self._choices[x] for x in path]

    def _descend(self, node: Node, legal: Sequence[int], exploration: float) -> int:
        """The child of the highest bound; ties by chance."""
        bounds = np.array([node.children[x].bound(node, exploration) for x in legal])
        return int(legal[self._rng.choice(np.flatnonzero(bounds == bounds.max()))])

    def _played(self, path: Sequence[int]) -> int:
        legal = self._legal(path)
        weights = self._weights[len(path), legal]
        return int(self._rng.choice(legal, p=weights / weights.sum()))

    def _legal(self, path: Sequence[int]) -> list[int]:
        """Choices that may come next."""
        everything = range(len(self._choices))
        if not path:
            return list(everything)
        group, held = self._group[path[0]], [self._choices[x] for x in path]
        return [
            x
            for x in everything
            if self._group[x] is group and group.admits([*held, self._choices[x]])
        ]
