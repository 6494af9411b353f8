"""Lowering one layer at a time, the least sensitive first."""

from collections.abc import Generator, Sequence
from typing import TypeAlias

from hwgen.mapping.search import Candidate, Objectives, Search, Space

__all__ = ["Greedy"]

_Walk: TypeAlias = Generator[list[Candidate], None, None]

_LEAST_DROP = 1e-6  # percent points: moves that look free compare by the energy they save


class Greedy(Search):
    """Per switchable multiplier: measure each layer alone, then walk along the best ratio.

    First every layer takes every mode alone, the others staying most accurate: its
    sensitivity. Then, from the most accurate mapping, the move with the largest energy
    saving per predicted drop (the difference of two sensitivities) is tried; it is kept when
    the measured drop stays within ``max_drop``, otherwise that layer never takes that mode.
    After LVRM's layer step (Tasoulas et al., TCAS-I 2020), which orders layers by the loss of
    the lowest mode alone; the ratio and more than two modes are ours. Draws nothing, so every
    seed gives the same run. Walks of different multipliers advance side by side.
    """

    def __init__(self, space: Space, *, seed: int, max_drop: float) -> None:
        super().__init__(space, seed=seed, max_drop=max_drop)
        self._known: dict[Candidate, Objectives] = {}
        self._queue: list[Candidate] = []
        self._walks = [self._walk(name) for name in space.switchable]

    def ask(self, count: int) -> list[Candidate]:
        if not self._queue:
            self._advance()
        asked, self._queue = self._queue[:count], self._queue[count:]
        return asked

    def tell(self, candidates: Sequence[Candidate], objectives: Sequence[Objectives]) -> None:
        self._known.update(zip(candidates, objectives, strict=True))

    def _advance(self) -> None:
        running: list[_Walk] = []
        for walk in self._walks:
            wanted = next(walk, None)
            if wanted is not None:
                self._queue += wanted
                running.append(walk)
        self._walks = running

    def _walk(self, name: str) -> _Walk:
        layers = range(len(self.space.layers))
        top = Candidate(name, (0,) * len(layers))
        moves = {(x, mode) for x in layers for mode in range(1, self.space.modes[name])}
        yield [top, *(_moved(top, *move) for move in sorted(moves))]

        here = top
        while True:
            ranked = sorted(self._ratio(top, here, move) for move in moves)
            if not ranked or ranked[0][0] >= 0:
                return
            move = ranked[0][1]
            there = _moved(here, *move)
            if there not in self._known:
                yield [there]
            if self._known[there].drop <= self.max_drop:
                here = there
            else:
                moves.remove(move)

    def _ratio(
        self, top: Candidate, here: Candidate, move: tuple[int, int]
    ) -> tuple[float, tuple[int, int]]:
        """Energy change per predicted drop: negative and small is good."""
        layer, mode = move
        now = self._known[_moved(top, layer, here.modes[layer])]
        then = self._known[_moved(top, layer, mode)]
        return (then.energy - now.energy) / max(then.drop - now.drop, _LEAST_DROP), move


def _moved(candidate: Candidate, layer: int, mode: int) -> Candidate:
    modes = candidate.modes
    return Candidate(candidate.multiplier, (*modes[:layer], mode, *modes[layer + 1 :]))
