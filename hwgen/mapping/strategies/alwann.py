"""NSGA-II over the multiplier and the modes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.evaluator import Evaluator
from pymoo.core.problem import Problem
from pymoo.core.termination import NoTermination
from pymoo.operators.crossover.ux import UniformCrossover
from pymoo.problems.static import StaticProblem

from hwgen.mapping.search import Candidate, Objectives, Search, Space

__all__ = ["Nsga2"]

POPULATION = 40
PATIENCE = 50  # generations without a new candidate after which the space counts as exhausted


class Nsga2(Search):
    """NSGA-II as in ALWANN (Mrazek et al., ICCAD 2019), on layer modes of one multiplier.

    Genes are the multiplier and, per layer, the mode; the first generation holds the uniform
    candidates. Uniform crossover, then every gene is redrawn with probability 1/genes.
    Reconstructed: the paper does not print its operators' rates and sizes. A mode gene counts
    from most to least accurate and is scaled to the multiplier's number of modes, so a child
    that changes its multiplier keeps how strongly each layer is approximated.
    """

    def __init__(self, space: Space, *, seed: int, max_drop: float) -> None:
        super().__init__(space, seed=seed, max_drop=max_drop)
        self._names = tuple(space.modes)
        self._depth = max(space.modes.values())
        self._known: dict[Candidate, Objectives] = {}
        self._queue: list[Candidate] = []
        self._generation: Any = None
        bounds = [len(self._names), *[self._depth] * len(space.layers)]
        self._bounds = np.array(bounds)
        self._algorithm = NSGA2(
            pop_size=POPULATION,
            sampling=self._first(),
            crossover=UniformCrossover(),
            mutation=self._redraw,
            repair=self._canonical,
        )
        self._algorithm.setup(
            Problem(n_var=len(bounds), n_obj=2, xl=0, xu=self._bounds - 1, vtype=int),
            termination=NoTermination(),
            seed=seed,
        )

    def ask(self, count: int) -> list[Candidate]:
        for _ in range(PATIENCE):
            if self._queue or len(self._known) == self.space.size:
                break
            self._breed()
        asked, self._queue = self._queue[:count], self._queue[count:]
        return asked

    def tell(self, candidates: Sequence[Candidate], objectives: Sequence[Objectives]) -> None:
        self._known.update(zip(candidates, objectives, strict=True))

    def _breed(self) -> None:
        """Hand the finished generation over and queue what is new in the next one."""
        if self._generation is not None:
            values = np.array([self._known[x] for x in self._decoded(self._generation)])
            Evaluator().eval(StaticProblem(self._algorithm.problem, F=values), self._generation)
            self._algorithm.tell(infills=self._generation)
        self._generation = self._algorithm.ask()
        if self._generation is None:  # mating found nothing that is not in the population
            return
        fresh = dict.fromkeys(self._decoded(self._generation))
        self._queue = [x for x in fresh if x not in self._known]

    def _first(self) -> NDArray[np.int64]:
        seeds = [self._encoded(x) for x in self.space.uniform(self._names)]
        drawn = max(0, POPULATION - len(seeds))
        random = self.rng.integers(0, self._bounds, size=(drawn, len(self._bounds)))
        return np.array([*seeds, *(self._encoded(self._candidate(x)) for x in random)])

    def _decoded(self, population: Any) -> list[Candidate]:
        return [self._candidate(genes) for genes in population.get("X")]

    def _candidate(self, genes: NDArray[np.int64]) -> Candidate:
        name = self._names[int(genes[0])]
        modes = genes[1:] * self.space.modes[name] // self._depth
        return Candidate(name, tuple(int(mode) for mode in modes))

    def _encoded(self, candidate: Candidate) -> list[int]:
        """Smallest genes of a candidate, so that equal candidates have equal genes."""
        count = self.space.modes[candidate.multiplier]
        modes = (-(-mode * self._depth // count) for mode in candidate.modes)
        return [self._names.index(candidate.multiplier), *modes]

    def _canonical(self, problem: Any, population: Any, **_: Any) -> Any:
        population.set("X", np.array([self._encoded(x) for x in self._decoded(population)]))
        return population

    def _redraw(self, problem: Any, population: Any, *, random_state: Any, **_: Any) -> Any:
        genes = population.get("X")
        drawn = random_state.integers(0, self._bounds, size=genes.shape)
        chosen = random_state.random(genes.shape) < 1 / len(self._bounds)
        population.set("X", np.where(chosen, drawn, genes))
        return population
