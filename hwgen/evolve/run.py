"""A whole run: islands side by side, round after round, each round kept."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from hwgen.errors import check_range
from hwgen.evolve.island import Checked, Island, advance, check
from hwgen.evolve.problem import Problem
from hwgen.evolve.record import Record
from hwgen.evolve.worker import crew

__all__ = ["Budget", "Progress", "check_settings", "run"]

MIGRATION = 16  # rounds after which the best circuit replaces the worst island's


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How long a run goes on; at least one of the two is given.

    Parameters
    ----------
    evaluations : int, optional
        Of all islands together, rounded up to whole rounds.
    seconds : float, optional
        Of all starts of the run together; a round that has begun is finished.
    """

    evaluations: int | None = None
    seconds: float | None = None

    def is_spent(self, evaluations: int, seconds: float) -> bool:
        """Whether one of the two is reached."""
        return (self.evaluations is not None and evaluations >= self.evaluations) or (
            self.seconds is not None and seconds >= self.seconds
        )


@dataclass(frozen=True, kw_only=True)
class Progress:
    """After a round: what was done by all islands, and the best figure by the real flow."""

    rounds: int
    evaluations: int
    neutral: int
    figure: float
    seconds: float


def run(
    problem: Problem,
    record: Record,
    budget: Budget,
    *,
    seed: int,
    processes: int,
    check_every: int,
    report: Callable[[Progress], None] = lambda progress: None,
) -> Checked | None:
    """Evolve until the budget is spent, from where the record stands, and give the best circuit.

    None when no circuit was both within the bounds and no slower than the exact product: the
    seed circuit may be slower. The result depends on the arguments and the number of
    evaluations alone, however often the run was stopped in between.

    Parameters
    ----------
    problem : Problem
    record : Record
    budget : Budget
    seed : int
        Fixes the random numbers.
    processes : int
        Islands, each in a process; one runs in this process.
    check_every : int
        Evaluations of an island in a round, after which the real flow judges its circuit.
    report : callable
        Called after every round.
    """
    check_settings(seed=seed, processes=processes, check_every=check_every)
    genes = len(problem.start(0).genes)
    islands = record.islands(processes, genes) or _first(problem, record, seed, processes)
    rounds, seconds = record.rounds()
    with _advancing(problem, processes, check_every) as advanced:
        while not budget.is_spent(rounds * check_every * processes, seconds):
            begin = time.monotonic()
            rounds += 1
            islands = _migrated(advanced(islands), rounds)
            took = time.monotonic() - begin
            seconds += took
            record.write(rounds, took, islands)
            report(_progress(islands, rounds, seconds))
    best = min(islands, key=lambda island: island.figure)
    return None if best.best is None else check(problem, best.best)


def check_settings(*, seed: int, processes: int, check_every: int) -> None:
    """Raise :exc:`SpecError` for numbers that :func:`run` refuses, before there is a record."""
    check_range("evolution", "seed", seed, 0, (1 << 32) - 1)
    check_range("evolution", "processes", processes, 1, 256)
    check_range("evolution", "check-every", check_every, 100, 10**9)


def _first(problem: Problem, record: Record, seed: int, processes: int) -> list[Island]:
    """Islands that stand on the seed circuit; when that is too slow, it is no result."""
    streams = [hashlib.sha256(f"{seed} {number}".encode()) for number in range(processes)]
    states = [problem.start(int.from_bytes(x.digest()[:8])) for x in streams]
    found = check(problem, states[0].genes)
    islands = [
        Island(state=x, best=x.genes.copy(), figure=problem.figure(found.cost))
        if found.is_allowed
        else Island(state=x)
        for x in states
    ]
    record.write(0, 0.0, islands)
    return islands


@contextmanager
def _advancing(
    problem: Problem, processes: int, evaluations: int
) -> Iterator[Callable[[Sequence[Island]], list[Island]]]:
    """Give a function that advances all islands by a round, side by side."""
    if processes == 1:
        yield lambda islands: [advance(problem, x, evaluations) for x in islands]
        return
    assert problem.baseline  # synthesized here, once, and then in the cache
    with crew(problem, processes, evaluations) as advanced:
        yield advanced


def _migrated(islands: list[Island], rounds: int) -> list[Island]:
    if len(islands) == 1 or rounds % MIGRATION:
        return islands
    order = sorted(range(len(islands)), key=lambda k: (islands[k].figure, k))
    best, worst = islands[order[0]], islands[order[-1]]
    if best.best is not None:
        state = replace(worst.state, genes=best.best.copy())
        islands[order[-1]] = Island(state=state, best=best.best.copy(), figure=best.figure)
    return islands


def _progress(islands: Sequence[Island], rounds: int, seconds: float) -> Progress:
    return Progress(
        rounds=rounds,
        evaluations=sum(x.state.evaluations for x in islands),
        neutral=sum(x.state.neutral for x in islands),
        figure=min(x.figure for x in islands),
        seconds=seconds,
    )
