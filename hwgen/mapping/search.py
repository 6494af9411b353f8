"""What a search strategy promises, and what it searches in."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

__all__ = ["Candidate", "Objectives", "Search", "Space", "drive"]


class Candidate(NamedTuple):
    """One design: the multiplier of the array, and its mode in every layer.

    Parameters
    ----------
    multiplier : str
        Catalogue name.
    modes : tuple of int
        One per layer of the space, in execution order.
    """

    multiplier: str
    modes: tuple[int, ...]


class Objectives(NamedTuple):
    """What a candidate costs; both are to be minimised.

    Parameters
    ----------
    drop : float
        Accuracy lost against the exact network, in percent points.
    energy : float
        Multiplier energy, relative to the exact baseline.
    """

    drop: float
    energy: float


@dataclass(frozen=True)
class Space:
    """What can be chosen.

    Parameters
    ----------
    layers : tuple of str
        Layers that a mapping covers, in execution order.
    modes : mapping of str to int
        Number of modes of every multiplier that may fill the array.
    precision : tuple of str
        Those multipliers that are exact ones of fewer bits, the full exact one included.
    """

    layers: tuple[str, ...]
    modes: Mapping[str, int]
    precision: tuple[str, ...] = ()

    @property
    def switchable(self) -> tuple[str, ...]:
        """Multipliers with more than one mode."""
        return tuple(name for name, modes in self.modes.items() if modes > 1)

    @property
    def size(self) -> int:
        """Number of candidates."""
        return sum(modes ** len(self.layers) for modes in self.modes.values())

    def uniform(self, names: Iterable[str]) -> Iterator[Candidate]:
        """Every mode of every named multiplier, in all layers at once."""
        for name in names:
            for mode in range(self.modes[name]):
                yield Candidate(name, (mode,) * len(self.layers))

    def __contains__(self, candidate: Candidate) -> bool:
        modes = self.modes.get(candidate.multiplier, 0)
        return len(candidate.modes) == len(self.layers) and all(
            0 <= mode < modes for mode in candidate.modes
        )


Evaluate: TypeAlias = Callable[[Sequence[Candidate]], Sequence[Objectives]]


class Search(ABC):
    """A strategy that proposes candidates and learns what they cost.

    The caller evaluates, and may do it elsewhere, in parallel or from a memory. It answers
    everything it was given with :meth:`tell`, in the order of :meth:`ask`, before it asks
    again. Proposals lie in the space and are never repeated. Strategies draw only from
    ``self.rng``, so a seed fixes the whole run.

    Parameters
    ----------
    space : Space
        What can be chosen.
    seed : int
        Seed of the run. Required, because an unseeded result cannot be checked.
    max_drop : float
        Drop, in percent points, that the user accepts. Only strategies that walk towards
        one point use it.
    """

    def __init__(self, space: Space, *, seed: int, max_drop: float) -> None:
        self.space = space
        self.max_drop = max_drop
        self.rng = np.random.default_rng(seed)

    @abstractmethod
    def ask(self, count: int) -> list[Candidate]:
        """Up to ``count`` candidates not proposed before; none when the search is over.

        Fewer are returned when a strategy must learn about those before it goes on.
        """

    @abstractmethod
    def tell(self, candidates: Sequence[Candidate], objectives: Sequence[Objectives]) -> None:
        """Learn what ``candidates`` cost."""


def drive(
    search: Search, evaluate: Evaluate, *, budget: int, batch: int = 16
) -> Iterator[tuple[Candidate, Objectives]]:
    """Spend at most ``budget`` evaluations, giving each one in the order of asking."""
    left = budget
    while asked := search.ask(min(batch, left)):
        objectives = evaluate(asked)
        search.tell(asked, objectives)
        left -= len(asked)
        yield from zip(asked, objectives, strict=True)
