"""LVRM's four steps: significance of layers, whole layers, and two ranges around zero."""

from collections.abc import Generator, Sequence
from typing import TypeAlias

from hwgen.mapping.design import Corrections, Design, Question
from hwgen.mapping.formal.ladder import CodeRange, Ladder
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies.ladders import ladders
from hwgen.mapping.strategies.search import Options, Procedure, Steps
from hwgen.mapping.strategies.together import side_by_side
from hwgen.spec.mapping import LayerMapping

__all__ = ["Lvrm"]

Layers: TypeAlias = dict[str, LayerMapping]

LIMITS = (0.5, 1.0, 2.0)  # percent points that the paper accepts
ROUNDING = 1e-9  # of a difference of two percentages: a loss at the limit is within it
INNER: tuple[CodeRange, ...] = ((-10, 10), (-5, 5), (0, 0))
OUTER: tuple[CodeRange, ...] = ((-30, 30), (-20, 20))


class Lvrm(Procedure):
    """The weight-oriented mapping of a low-variance reconfigurable multiplier.

    After Tasoulas et al., "Weight-Oriented Approximation for Energy-Efficient Neural Network
    Inference Accelerators", IEEE TCAS-I 67(12), 2020, for every multiplier of three modes:

    1. Every layer alone in M2 tells how significant it is: by the accuracy that is lost.
    2. Whole layers go to M2, the least significant first, while the loss is within the limit.
    3. In the other layers weights around zero go to M2: the widest range that is within it.
    4. Weights further out go to M1, likewise; the rest stays in M0.

    Biases are updated after every change. All this for each limit of :data:`LIMITS` and for
    ``Options.max_drop``, on counted losses, as published. Draws nothing.

    Parameters
    ----------
    problem : Problem
    options : Options
    by_layer : bool
        Whether steps 3 and 4 choose a range for each layer, the least significant first,
        instead of one for all. The paper can be read both ways.
    """

    def __init__(self, problem: Problem, options: Options, *, by_layer: bool = False) -> None:
        self._ladders = ladders(problem, "lvrm")
        self._by_layer = by_layer
        self._corrections = options.corrections or Corrections()
        super().__init__(problem, options)

    def steps(self) -> Steps:
        limits = sorted({*LIMITS, self.options.max_drop})
        return side_by_side(self._map(x, limit) for limit in limits for x in self._ladders)

    def _map(self, ladder: Ladder, limit: float) -> Steps:
        names = self.problem.layers
        found = dict.fromkeys(names, ladder.uniform(0))
        alone = yield [self._design(found | {x: ladder.uniform(2)}) for x in names]
        loss = {x: outcome.drop.observed for x, outcome in zip(names, alone, strict=True)}
        rest = sorted(names, key=lambda x: loss[x])
        while rest:
            wider = found | {rest[0]: ladder.uniform(2)}
            if (yield from self._first_within(limit, [wider])) is None:
                break
            found = wider
            del rest[0]
        if rest:
            groups = [[x] for x in rest] if self._by_layer else [rest]
            yield from self._spread(ladder, limit, found, groups)

    def _spread(
        self, ladder: Ladder, limit: float, found: Layers, groups: Sequence[Sequence[str]]
    ) -> Steps:
        """Steps 3 and 4."""
        inner: dict[str, CodeRange] = {}
        for group in groups:
            tried = [found | {x: ladder.layer(width, None) for x in group} for width in INNER]
            number = yield from self._first_within(limit, tried)
            if number is not None:
                found = tried[number]
                inner |= dict.fromkeys(group, INNER[number])
        for group in groups:
            tried = [
                found | {x: ladder.layer(inner.get(x), width) for x in group} for width in OUTER
            ]
            number = yield from self._first_within(limit, tried)
            if number is not None:
                found = tried[number]

    def _first_within(
        self, limit: float, tried: Sequence[Layers]
    ) -> Generator[Sequence[Question], Sequence[Outcome], int | None]:
        """Number of the first mapping whose loss is within the limit; later ones are not asked."""
        for number, layers in enumerate(tried):
            (outcome,) = yield [self._design(layers)]
            if outcome.drop.observed <= limit + ROUNDING:
                return number
        return None

    def _design(self, layers: Layers) -> Design:
        return Design.of(layers, self._corrections)
