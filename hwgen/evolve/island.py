"""One population: a search that is advanced round by round."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.metrics import ErrorMetrics
from hwgen.arith.netlist.netlist import Netlist
from hwgen.cost.model import MultiplierCost
from hwgen.evolve.genome import netlist_of
from hwgen.evolve.problem import Problem
from hwgen.kernels.evolution import evolve
from hwgen.kernels.evolution.task import State

__all__ = ["Checked", "Island", "advance", "check"]

PATIENCE = 8  # rounds without a better circuit after which an island goes back to its best


@dataclass(frozen=True, eq=False, kw_only=True)
class Checked:
    """A circuit that the real flow has measured.

    Parameters
    ----------
    netlist : Netlist
    error : ErrorMetrics
        Under the constraint's histogram.
    cost : MultiplierCost
    is_allowed : bool
        Whether it is within the bounds and no slower than the exact product.
    """

    netlist: Netlist
    error: ErrorMetrics
    cost: MultiplierCost
    is_allowed: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Island:
    """State of one population between two rounds.

    Parameters
    ----------
    state : State
    best : int32[genes] or None
        Genes of the best circuit that was allowed, by the real flow.
    figure : float
        The objective of that circuit; infinite before the first.
    stale : int
        Rounds since the search last started from the best circuit or found it.
    """

    state: State
    best: NDArray[np.int32] | None = field(default=None)
    figure: float = float("inf")
    stale: int = 0


def check(problem: Problem, genes: NDArray[np.int32]) -> Checked:
    """Measure the circuit of a genome."""
    netlist = netlist_of(problem.task, genes, problem.seed_circuit, "evolved")
    error = problem.constraint.measured(netlist)
    cost = problem.price(netlist)
    is_in_time = cost.delay_ns <= problem.baseline.delay_ns * (1 + 1e-9)
    return Checked(
        netlist=netlist,
        error=error,
        cost=cost,
        is_allowed=is_in_time and problem.constraint.holds(error),
    )


def advance(problem: Problem, island: Island, evaluations: int) -> Island:
    """One round: search, then let the real flow judge the circuit that it has come to.

    The inner loop's prices stand for the mapped circuit's to within some percent only, so the
    search wanders on from circuits that turn out worse, but not for ever.
    """
    state = evolve(problem.task, island.state, evaluations)
    found = check(problem, state.genes)
    figure = problem.figure(found.cost)
    if found.is_allowed and figure < island.figure:
        return Island(state=state, best=state.genes.copy(), figure=figure)
    stale = island.stale + 1
    if stale >= PATIENCE and island.best is not None:
        state, stale = replace(state, genes=island.best.copy()), 0
    return replace(island, state=state, stale=stale)
