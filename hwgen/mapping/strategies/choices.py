"""What a hardware form lets a strategy choose from at layer level, and designs made of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.arith.operand import OperandKind
from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.kinds import errors
from hwgen.mapping.problem import Problem
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.spec.mapping.rules import Choice

__all__ = [
    "LayerChoices",
    "admitted",
    "by_operands",
    "capacity",
    "energy_pj",
    "error_spread",
    "kinds",
    "ladder",
    "layer_design",
]


@dataclass(frozen=True)
class LayerChoices:
    """What the layers of one array, or of several side by side, may be multiplied with.

    Parameters
    ----------
    choices : tuple of Choice
        Most expensive first.
    capacity : int
        Different multipliers among the choices of all layers, at most.
    """

    choices: tuple[Choice, ...]
    capacity: int

    @property
    def multipliers(self) -> tuple[str, ...]:
        """Names, in the order of the choices."""
        return tuple(dict.fromkeys(choice.multiplier for choice in self.choices))

    def admits(self, chosen: Sequence[Choice]) -> bool:
        """Whether the arrays hold all that is chosen."""
        return len({choice.multiplier for choice in chosen}) <= self.capacity


def capacity(problem: Problem) -> int:
    """Different multipliers that the hardware form holds."""
    several = problem.spec.form in ("columns", "tiles")
    return len(problem.spec.multipliers) if several else 1


def admitted(problem: Problem) -> tuple[Choice, ...]:
    """Choices that the form admits in all layers at once, in the order of the problem.

    Those without an energy cannot take what some layer reads.
    """
    return tuple(choice for choice in problem.choices if _is_admitted(problem, choice))


def by_operands(problem: Problem) -> tuple[LayerChoices, ...]:
    """What may stand side by side: of an array that holds one multiplier, that one's modes.

    Otherwise choices of the same operand kinds. Never empty, as the baseline is admitted by
    every form that can be searched.
    """
    most = capacity(problem)
    groups: dict[object, list[Choice]] = {}
    for choice in admitted(problem):
        key = kinds(choice.multiplier) if most > 1 else choice.multiplier
        groups.setdefault(key, []).append(choice)
    return tuple(
        LayerChoices(tuple(sorted(group, key=lambda x: -energy_pj(problem, x))), most)
        for group in groups.values()
    )


def energy_pj(problem: Problem, choice: Choice) -> float:
    """Energy of one image when all layers are multiplied so."""
    layer = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
    return sum(
        layer_energy_pj(each, layer, problem.energies) for each in problem.network.convolutions
    )


def kinds(name: str) -> tuple[OperandKind, OperandKind]:
    """Operand kinds of a multiplier: of the activation and of the weight."""
    return find(name).a_kind, find(name).w_kind


def layer_design(problem: Problem, chosen: Sequence[Choice], corrections: Corrections) -> Design:
    """A design of one choice per layer, in the order of the problem's layers."""
    layers = {
        name: LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
        for name, choice in zip(problem.layers, chosen, strict=True)
    }
    return Design.of(layers, corrections)


def error_spread(choice: Choice) -> float:
    """Standard deviation of a product's error, over all pairs of operands."""
    return float(errors(find(choice.multiplier), choice.mode).std())


def ladder(problem: Problem, choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Choices from the most accurate one to the cheapest, each cheaper than those before.

    Of those that err alike the cheapest counts, and none that errs more without being cheaper.
    """
    ranked = sorted((error_spread(x), energy_pj(problem, x), x) for x in choices)
    found: list[Choice] = []
    least = np.inf
    for _, energy, choice in ranked:
        if energy < least:
            found.append(choice)
            least = energy
    return tuple(found)


def _is_admitted(problem: Problem, choice: Choice) -> bool:
    layer = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
    mapping = Mapping(dict.fromkeys(problem.layers, layer))
    return problem.refusal(mapping) is None and isfinite(energy_pj(problem, choice))
