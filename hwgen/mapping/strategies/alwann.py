"""ALWANN: NSGA-II over what each tile holds, and which tile each layer runs on."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.design import Corrections
from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies.choices import layer_design
from hwgen.mapping.strategies.chromosomes import Chromosomes, chromosomes
from hwgen.mapping.strategies.search import Procedure, Steps

__all__ = ["Alwann", "pipelined_energy"]

POPULATION, GENERATIONS = 50, 30
SMALLEST = 8  # population
PATIENCE = 50  # generations without a new design, after which the space counts as exhausted


class Alwann(Procedure):
    """ALWANN (Mrazek et al., ICCAD 2019): multipliers for tiles, tiles for layers, tuned weights.

    A chromosome is ``[map_TM | map_LT]``: the multiplier of each tile, as the hardware form has
    them, and the tile of each layer. Of a form with one array it is the multiplier and the mode
    of each layer. Weights are tuned as published, each code alone and for uniform activations,
    and biases stay; other corrections, such as tuning for a layer's own activations
    (``Corrections(bias_update=False, tuning="weighted")``), are an option. Minimised are drop and
    energy; energy is

    ``gated`` (power-gated tiles)
        that of the products: one tile works, the others are switched off;
    ``pipelined``
        that of tiles that work on consecutive images, as fast as the slowest, and are clocked all
        the time: see :func:`pipelined_energy`. Only the search is guided by it; what is recorded
        is the energy of the products.

    Reconstructed: uniform crossover and a redraw of every gene with probability 1/genes; 50
    individuals over 30 generations, fewer of both where the budget is smaller; uniform designs,
    evenly spread over their energies, are half of the first generation at most.
    """

    def steps(self) -> Steps:
        genes = chromosomes(self.problem)
        algorithm = self._algorithm(genes)
        seen: set[str] = set()
        stale = 0
        while stale < PATIENCE:
            generation = algorithm.ask()
            if generation is None:  # mating found nothing that is not in the population
                stale += 1
                continue
            rows = generation.get("X")
            designs = [layer_design(self.problem, genes.read(x), self._corrections) for x in rows]
            outcomes = yield designs
            _tell(algorithm, generation, self._objectives(genes, rows, outcomes))
            fresh = {design.key for design in designs} - seen
            stale = 0 if fresh else stale + 1
            seen |= fresh

    @property
    def _corrections(self) -> Corrections:
        published = Corrections(bias_update=False, tuning="published")
        return self.options.corrections or published

    def _objectives(
        self, genes: Chromosomes, rows: NDArray[np.int64], outcomes: Sequence[Outcome]
    ) -> NDArray[np.float64]:
        found = np.array([outcome.objectives for outcome in outcomes])
        if self.options.accounting == "pipelined":
            tiles = [genes.tiles_of(x) for x in rows]
            found[:, 1] = [
                pipelined_energy(self.problem, *x) for x in zip(outcomes, tiles, strict=True)
            ]
        return found

    def _algorithm(self, genes: Chromosomes) -> Any:
        from pymoo.algorithms.moo.nsga2 import NSGA2  # it takes a second to import
        from pymoo.core.problem import Problem as Bounds
        from pymoo.core.termination import NoTermination
        from pymoo.operators.crossover.ux import UniformCrossover

        scale = sqrt(min(1.0, self.options.budget / (POPULATION * GENERATIONS)))
        size = max(SMALLEST, round(POPULATION * scale))
        bounds = genes.bounds

        def redraw(problem: Any, population: Any, *, random_state: Any, **_: Any) -> Any:
            old = population.get("X")
            drawn = random_state.integers(0, bounds, size=old.shape)
            chosen = random_state.random(old.shape) < 1 / len(bounds)
            population.set("X", np.where(chosen, drawn, old))
            return population

        algorithm = NSGA2(
            pop_size=size,
            sampling=self._first(genes, size),
            crossover=UniformCrossover(),
            mutation=redraw,
        )
        algorithm.setup(
            Bounds(n_var=len(bounds), n_obj=2, xl=0, xu=bounds - 1, vtype=int),
            termination=NoTermination(),
            seed=self.options.seed,
        )
        return algorithm

    def _first(self, genes: Chromosomes, size: int) -> NDArray[np.int64]:
        """Genes of the first generation: int64[size, genes]."""
        every = sorted(genes.uniform(), key=lambda x: self._energy_pj(genes, x))
        count = min(len(every), size // 2)
        picked = np.linspace(0, len(every) - 1, count).round().astype(int)
        drawn = self.rng.integers(0, genes.bounds, size=(size - count, len(genes.bounds)))
        return np.concatenate([np.array([every[i] for i in picked]), drawn])

    def _energy_pj(self, genes: Chromosomes, row: NDArray[np.int64]) -> float:
        design = layer_design(self.problem, genes.read(row), self._corrections)
        layers, energies = design.mapping.layers, self.problem.energies
        return sum(
            layer_energy_pj(x, layers[x.name], energies) for x in self.problem.network.convolutions
        )


def pipelined_energy(problem: Problem, outcome: Outcome, tiles: Sequence[int]) -> float:
    """Energy of tiles that wait for the slowest and are clocked meanwhile, relative to exact.

    A tile takes as long as it has products. In each cycle it takes the mean energy of its
    products, whether it works or waits: a reconstruction, as the paper gives a tile's power
    alone. A tile without a layer is not built. The exact network it is relative to is that of
    all other figures, one tile that never waits.

    Parameters
    ----------
    tiles : sequence of int
        The tile of every layer.
    """
    assert outcome.mapping is not None
    assert outcome.energy is not None
    layers = problem.network.convolutions
    energy: dict[int, float] = {}
    products: dict[int, int] = {}
    for layer, tile in zip(layers, tiles, strict=True):
        own = layer_energy_pj(layer, outcome.mapping.layers[layer.name], problem.energies)
        energy[tile] = energy.get(tile, 0.0) + own
        products[tile] = products.get(tile, 0) + layer.operations
    period = max(products.values())
    total = sum(energy[tile] / products[tile] * period for tile in energy)
    return total / (outcome.energy.total_pj / outcome.energy.total)


def _tell(algorithm: Any, generation: Any, values: NDArray[np.float64]) -> None:
    from pymoo.core.evaluator import Evaluator
    from pymoo.problems.static import StaticProblem

    Evaluator().eval(StaticProblem(algorithm.problem, F=values), generation)
    algorithm.tell(infills=generation)
