"""Lowering one layer at a time, the least sensitive first."""

from typing import NamedTuple

from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.strategies.choices import LayerChoices, by_operands, ladder, layer_design
from hwgen.mapping.strategies.search import Procedure, Steps
from hwgen.mapping.strategies.together import side_by_side
from hwgen.spec.mapping.rules import Choice

__all__ = ["Greedy"]

LEAST_DROP = 1e-6  # percent points: moves that look free compare by the energy they save


class Alone(NamedTuple):
    """What a layer does to the network when it alone is not most accurate."""

    drop: float
    energy: float


class Greedy(Procedure):
    """Measure each layer alone, then walk along the best ratio of energy saved to drop.

    First every layer takes every choice alone, the others staying most accurate: its
    sensitivity. Then, from the most accurate mapping, the move with the largest energy saving per
    predicted drop (the difference of two sensitivities) is tried; it is kept when the measured
    drop stays within ``max_drop``, otherwise that layer never takes that choice. The choices are
    the modes of a multiplier, or the multipliers that a form of several arrays may hold. When
    measuring all alone takes more than half of the budget, only those count that nothing cheaper
    is more accurate than; of these, evenly spread, as many as can be measured.

    After LVRM's layer step (Tasoulas et al., TCAS-I 2020), which orders layers by the loss of
    the lowest mode alone; the ratio and more than two modes are ours. With a bias update, as
    there, unless the options say otherwise. Draws nothing, so every seed gives the same run.
    Walks of different multipliers advance side by side.
    """

    def steps(self) -> Steps:
        groups = [x for x in by_operands(self.problem) if len(x.choices) > 1]
        yield from side_by_side(self._walk(group, len(groups)) for group in groups)

    def _walk(self, group: LayerChoices, walks: int) -> Steps:
        choices = self._affordable(group, walks)
        layers = range(len(self.problem.layers))
        top = (choices[0],) * len(layers)
        moves = {(layer, choice) for layer in layers for choice in choices[1:]}
        measured = sorted(moves)
        questions = [self._design(top), *(self._design(_moved(top, *x)) for x in measured)]
        outcomes = yield questions
        seen = [Alone(x.drop.expected, x.objectives.energy) for x in outcomes]
        alone = dict(zip(measured, seen[1:], strict=True))
        alone |= {(layer, choices[0]): seen[0] for layer in layers}

        here = top
        while True:
            open_moves = [x for x in moves if group.admits(_moved(here, *x))]
            ranked = sorted((_ratio(alone, here, move), move) for move in open_moves)
            if not ranked or ranked[0][0] >= 0:
                return
            move = ranked[0][1]
            there = _moved(here, *move)
            (outcome,) = yield [self._design(there)]
            if outcome.objectives.drop <= self.options.max_drop:
                here = there
            else:
                moves.remove(move)

    def _affordable(self, group: LayerChoices, walks: int) -> tuple[Choice, ...]:
        """The most accurate choice first, and as many others as can be measured in every layer."""
        best = ladder(self.problem, group.choices)
        others = [x for x in group.choices if x != best[0]]
        count = max(1, self.options.budget // 2 // walks // len(self.problem.layers))
        if len(others) > count:
            others = list(best[1:])
        if len(others) > count:
            others = [others[-1 - i * len(others) // count] for i in range(count)]
        return best[0], *others

    def _design(self, chosen: tuple[Choice, ...]) -> Design:
        return layer_design(self.problem, chosen, self.options.corrections or Corrections())


def _ratio(
    alone: dict[tuple[int, Choice], Alone], here: tuple[Choice, ...], move: tuple[int, Choice]
) -> float:
    """Energy change per predicted drop: negative and small is good."""
    now, then = alone[move[0], here[move[0]]], alone[move]
    return (then.energy - now.energy) / max(then.drop - now.drop, LEAST_DROP)


def _moved(chosen: tuple[Choice, ...], layer: int, choice: Choice) -> tuple[Choice, ...]:
    return (*chosen[:layer], choice, *chosen[layer + 1 :])
