"""The same mode of the same multiplier in all layers."""

from collections.abc import Iterable, Sequence
from itertools import islice

from hwgen.mapping.search import Candidate, Objectives, Search, Space

__all__ = ["Uniform"]


class Uniform(Search):
    """Every multiplier, every mode of it, everywhere: what a search must beat."""

    def __init__(self, space: Space, *, seed: int, max_drop: float) -> None:
        super().__init__(space, seed=seed, max_drop=max_drop)
        self._left = space.uniform(self.names())

    def names(self) -> Iterable[str]:
        """Multipliers that are tried."""
        return self.space.modes

    def ask(self, count: int) -> list[Candidate]:
        return list(islice(self._left, count))

    def tell(self, candidates: Sequence[Candidate], objectives: Sequence[Objectives]) -> None:
        pass  # a baseline does not learn
