"""What a search strategy promises."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from hwgen.errors import check_choice
from hwgen.mapping.design import Corrections, Question
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem

__all__ = ["Options", "Procedure", "Search", "Steps"]

Steps: TypeAlias = Generator[Sequence[Question], Sequence[Outcome], None]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a user tells a strategy.

    Parameters
    ----------
    seed : int
        Fixes the whole run.
    budget : int
        Questions that it may ask; a strategy that plans ahead divides them up.
    max_drop : float
        Drop, in percent points, that the user accepts. Only strategies that walk towards one
        point use it.
    query : str
        Of strategy ``formal``: what the mapping must satisfy.
    corrections : Corrections, optional
        Of all designs, in place of those that the method was published with.
    accounting : str
        Of strategy ``alwann``: arrays that wait are ``gated``, or ``pipelined`` and clocked on.
    """

    seed: int
    budget: int
    max_drop: float = 1.0
    query: str = ""
    corrections: Corrections | None = None
    accounting: Literal["gated", "pipelined"] = "gated"

    def __post_init__(self) -> None:
        check_choice("search", "accounting", self.accounting, ("gated", "pipelined"))


class Search(ABC):
    """A strategy that asks questions and learns the answers.

    The caller answers, and may do it elsewhere, in parallel or from a record. It answers
    everything it was given with :meth:`tell`, in the order of :meth:`ask`, before it asks
    again. Designs are admitted by the hardware form of the problem, and no question is asked
    twice. Strategies draw only from ``self.rng`` and depend on nothing but the problem, the
    options and the answers, so a run that is repeated from a record goes the same way.

    Parameters
    ----------
    problem : Problem
        Read-only: what there is to choose, what is known of the layers, energies. What it tells
        of accuracy is told by answers alone, which are counted.
    options : Options
    """

    def __init__(self, problem: Problem, options: Options) -> None:
        self.problem, self.options = problem, options
        self.rng = np.random.default_rng(options.seed)

    @abstractmethod
    def ask(self, count: int) -> list[Question]:
        """Up to ``count`` questions not asked before; none when the search is over.

        Fewer are returned when a strategy must learn the answers to those before it goes on.
        """

    @abstractmethod
    def tell(self, questions: Sequence[Question], outcomes: Sequence[Outcome]) -> None:
        """Learn the answers."""


class Procedure(Search):
    """A strategy written down as a procedure, step by step.

    :meth:`steps` yields questions and is sent their outcomes, in the same order; what was asked
    before is answered from memory. A budget that does not suffice ends the procedure where it
    is, after as many of its questions as there are left.
    """

    def __init__(self, problem: Problem, options: Options) -> None:
        super().__init__(problem, options)
        self._known: dict[str, Outcome] = {}
        self._left: list[Question] = []
        self._wanted: Sequence[Question] = ()
        self._steps = self.steps()
        self._is_over = False
        self._advance(first=True)

    @property
    def questions_left(self) -> int:
        """What remains of the budget."""
        return self.options.budget - len(self._known)

    @abstractmethod
    def steps(self) -> Steps:
        """The procedure."""

    def ask(self, count: int) -> list[Question]:
        asked, self._left = self._left[:count], self._left[count:]
        return asked

    def tell(self, questions: Sequence[Question], outcomes: Sequence[Outcome]) -> None:
        self._known.update((x.key, y) for x, y in zip(questions, outcomes, strict=True))
        if not self._left:
            self._advance()

    def _advance(self, first: bool = False) -> None:
        """Go on until something is to be asked, or the procedure ends."""
        while not self._left and not self._is_over:
            try:
                if first:
                    self._wanted = next(self._steps)
                else:
                    self._wanted = self._steps.send([self._known[x.key] for x in self._wanted])
            except StopIteration:
                self._is_over = True
                return
            first = False
            fresh = {x.key: x for x in self._wanted if x.key not in self._known}
            self._left = list(fresh.values())[: max(0, self.questions_left)]
            self._is_over = len(self._left) < len(fresh)
