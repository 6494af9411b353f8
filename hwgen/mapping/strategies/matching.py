"""What the methods that match errors to tolerances share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.patches import relative_errors
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies.choices import LayerChoices, by_operands
from hwgen.mapping.strategies.held import cheapest_held
from hwgen.mapping.tolerance import LARGEST_NOISE
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["Group", "groups_of", "layer_energies", "match", "probe_rounds", "thinned"]

_T = TypeVar("_T")

MOST_ROUNDS = 4  # probes of a layer


@dataclass(frozen=True, eq=False)
class Group:
    """Choices that may stand side by side, and what they do to each layer.

    Parameters
    ----------
    group : LayerChoices
    errors : float64[layers, choices]
        Of :func:`~hwgen.mapping.patches.relative_errors`.
    energies : float64[layers, choices]
        Of one image, in pJ.
    """

    group: LayerChoices
    errors: NDArray[np.float64]
    energies: NDArray[np.float64]

    def steps(self, tolerance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Lambdas from which on a layer bears a choice."""
        bearable = self.errors <= LARGEST_NOISE
        return (self.errors / tolerance[:, None])[bearable]

    def match(self, sigma: NDArray[np.float64]) -> tuple[tuple[Choice, ...] | None, float]:
        costs = np.where(self.errors <= sigma[:, None], self.energies, np.inf)
        return match(self.group, costs)


def groups_of(problem: Problem) -> list[Group]:
    """All that a problem's hardware form may hold side by side."""
    found = by_operands(problem)
    choices = [choice for group in found for choice in group.choices]
    errors, energies = relative_errors(problem, choices), layer_energies(problem, choices)
    ends = np.cumsum([len(group.choices) for group in found])[:-1]
    parts = np.split(errors, ends, axis=1), np.split(energies, ends, axis=1)
    return [Group(*each) for each in zip(found, *parts, strict=True)]


def match(
    group: LayerChoices, costs: NDArray[np.float64]
) -> tuple[tuple[Choice, ...] | None, float]:
    """The choice of each layer that makes the cheapest admitted design, and its cost.

    Parameters
    ----------
    group : LayerChoices
    costs : float64[layers, choices]
        Infinite where a layer does not bear a choice.

    Returns
    -------
    tuple of Choice or None
        None where some layer bears nothing that may be held.
    float
        Infinite then.
    """
    owner = np.array([group.multipliers.index(x.multiplier) for x in group.choices])
    by_multiplier = np.stack(
        [costs[:, owner == x].min(axis=1) for x in range(len(group.multipliers))], axis=1
    )
    held = cheapest_held(by_multiplier, group.capacity)
    allowed = np.where(np.isin(owner, held), costs, np.inf)
    total = float(allowed.min(axis=1).sum())
    if not np.isfinite(total):
        return None, np.inf
    return tuple(group.choices[x] for x in allowed.argmin(axis=1)), total


def layer_energies(problem: Problem, choices: Sequence[Choice]) -> NDArray[np.float64]:
    """Energy of one image in each layer under each choice, in pJ: float64[layers, choices]."""
    return np.array(
        [
            [
                layer_energy_pj(
                    layer,
                    LayerMapping(multiplier=choice.multiplier, mode=choice.mode),
                    problem.energies,
                )
                for choice in choices
            ]
            for layer in problem.layer_by_name.values()
        ]
    )


def probe_rounds(budget: int, layers: int) -> int:
    """Probes of every layer: at most half of the budget."""
    return min(MOST_ROUNDS, budget // (2 * layers))


def thinned(values: Sequence[_T], count: int) -> list[_T]:
    """``count`` of the values at most, evenly spread; the last one is among them."""
    if len(values) <= count:
        return list(values)
    return [values[(x + 1) * len(values) // count - 1] for x in range(count)]
