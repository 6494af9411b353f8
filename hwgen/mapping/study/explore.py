"""Running a search: the honest baselines first, then the chosen method."""

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from threadpoolctl import threadpool_limits

from hwgen.emulation import Emulator
from hwgen.errors import SpecError
from hwgen.mapping import pareto
from hwgen.mapping.problem import Cost, Evaluation, Problem
from hwgen.mapping.search import Candidate, Objectives, drive
from hwgen.mapping.strategies import find_strategy
from hwgen.network.data import DataSet
from hwgen.network.graph import Network
from hwgen.progress import progress
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["Exploration", "check_max_drop", "explore"]

BUDGET = 400  # proposals; the digits network takes under a minute on 2 cores
WORKERS = 2


@dataclass(frozen=True)
class Exploration:
    """What a search found.

    Parameters
    ----------
    method : str
        Strategy that ran after ``precision`` and ``uniform``.
    seed : int
    max_drop : float
        Drop that the user accepts, in percent points.
    baseline : str
        Exact multiplier of least energy: energies are relative to it.
    precision : tuple of str
        Exact multipliers of fewer bits, the full ones included.
    evaluations : tuple of Evaluation
        All of them, in the order they were made; the exact baseline is among them.
    found_by : tuple of str
        Strategy that proposed each evaluation first.
    test_accuracy : mapping of Candidate to float
        Percent on the test images. They are read once, after the search, for the points that
        :meth:`pick` can return for some drop (of all evaluations, of the uniform ones, and of
        precision alone); nothing is chosen with them.
    """

    method: str
    seed: int
    max_drop: float
    baseline: str
    precision: tuple[str, ...]
    evaluations: tuple[Evaluation, ...]
    found_by: tuple[str, ...]
    test_accuracy: AbstractMapping[Candidate, float] = field(default_factory=dict)

    @property
    def exact(self) -> Evaluation:
        """The exact baseline."""
        return next(
            x
            for x in self.evaluations
            if x.candidate.multiplier == self.baseline and not any(x.candidate.modes)
        )

    @property
    def uniform(self) -> tuple[Evaluation, ...]:
        """Evaluations that use one mode in all layers."""
        return tuple(x for x in self.evaluations if len(set(x.candidate.modes)) == 1)

    @property
    def reduced(self) -> tuple[Evaluation, ...]:
        """Evaluations that precision alone reaches."""
        return tuple(x for x in self.evaluations if x.candidate.multiplier in self.precision)

    @property
    def pools(self) -> tuple[tuple[Evaluation, ...], ...]:
        """All evaluations, the uniform ones, and those of precision alone."""
        return self.evaluations, self.uniform, self.reduced

    def pick(self, max_drop: float, among: Sequence[Evaluation] | None = None) -> Evaluation:
        """Cheapest evaluation whose drop is at most ``max_drop`` percent points.

        The drop is the bound of :class:`hwgen.mapping.drop.Drop`, on calibration images only.
        The exact baseline's is zero, so there is always one.
        """
        check_max_drop(max_drop)
        pool = self.evaluations if among is None else among
        allowed = [x for x in pool if x.drop.bound <= max_drop] or [self.exact]
        return min(allowed, key=lambda x: (x.energy, x.drop.bound))

    def front(self, among: Sequence[Evaluation] | None = None) -> list[Evaluation]:
        """Evaluations that no other one beats, by falling energy; of equal ones the first."""
        pool = self.evaluations if among is None else among
        kept = [pool[i] for i in pareto.front([x.objectives for x in pool])]
        best = {x.objectives: x for x in reversed(kept)}
        return sorted(best.values(), key=lambda x: -x.energy)


def explore(
    network: Network,
    data: DataSet,
    costs: AbstractMapping[str, Cost],
    spec: AcceleratorSpec,
    *,
    method: str,
    max_drop: float,
    seed: int,
    budget: int | None = None,
) -> Exploration:
    """Search for mappings on the calibration images, then measure the front on the test images.

    Parameters
    ----------
    network : Network
    data : DataSet
    costs : mapping of str to Cost
        Characterized multipliers by catalogue name: those that may fill the array.
    spec : AcceleratorSpec
    method : str
        A strategy's name; ``precision`` and ``uniform`` always run too, in full.
    max_drop : float
        Percent points that may be lost: 0 to 100.
    seed : int
        Fixes the run, whatever the number of cores.
    budget : int, optional
        Candidates that the method may propose.
    """
    check_max_drop(max_drop)
    if budget is not None and budget < 1:
        raise SpecError(f"budget must be at least 1 evaluation, not {budget}")
    names = list(dict.fromkeys(["precision", "uniform", method]))
    strategies = [find_strategy(name) for name in names]
    problem = Problem(network, data.calibration_images, data.calibration_labels, costs, spec)
    found_by: dict[Candidate, str] = {}

    # NumPy's kernels release the interpreter; BLAS threads of small products would only collide.
    with threadpool_limits(1), ThreadPoolExecutor(WORKERS) as pool:

        def evaluate(asked: Sequence[Candidate]) -> list[Objectives]:
            return [x.objectives for x in pool.map(problem.evaluate, asked)]

        for name, strategy in zip(names, strategies, strict=True):
            search = strategy(problem.space, seed=seed, max_drop=max_drop)
            limit = (budget or BUDGET) if name == method else problem.space.size
            steps = drive(search, evaluate, budget=limit)
            total = limit if name == method else None
            for candidate, _ in progress(steps, f"explore ({name})", total=total):
                found_by.setdefault(candidate, name)

        result = Exploration(
            method,
            seed,
            max_drop,
            problem.baseline,
            problem.space.precision,
            tuple(problem.evaluate(x) for x in found_by),
            tuple(found_by.values()),
        )
        points = {result.exact.candidate: result.exact}  # every loss is told against it
        points |= {x.candidate: x for pool in result.pools for x in result.front(pool)}

        emulator = Emulator(network, data.test_images)

        def test(point: Evaluation) -> float:
            logits = emulator.evaluate(point.mapping).outputs[network.layers[-1].name]
            classes = logits.reshape(len(logits), -1).argmax(axis=1)  # the first of equals wins
            return 100 * float((classes == data.test_labels).mean())

        accuracy = progress(pool.map(test, points.values()), "test images", total=len(points))
        return replace(result, test_accuracy=dict(zip(points, accuracy, strict=True)))


def check_max_drop(value: Any) -> None:
    """Raise :exc:`SpecError` unless ``value`` is a number from 0 to 100."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        raise SpecError(f"max-drop must be a number of percent points from 0 to 100, not {value!r}")
