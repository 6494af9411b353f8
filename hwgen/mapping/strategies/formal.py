"""Mining the largest energy gain that satisfies a query over the accuracy of batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.formal.parser import parse_queries
from hwgen.mapping.formal.query import Query, accuracy_drops
from hwgen.mapping.formal.sampler import Chain, Proposal
from hwgen.mapping.formal.space import Space
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies.ladders import ladders
from hwgen.mapping.strategies.search import Options, Procedure, Steps

__all__ = ["DEFAULT_QUERIES", "Formal", "Mined"]

DEFAULT_QUERIES = (
    "average at most 0.5; average at most 1; average at most 2; average at most 4; "
    "average at most 8"
)

BATCH = 100  # images, or a tenth of fewer than 1,000
REPETITIONS = 10  # orders of the images that robustness is expected over
PENALTY = 10.0  # cost of a query that is not satisfied: more than any energy
RETURN = 3  # questions of a walk after which it goes back to the best design known
PATIENCE = 300  # proposals without a question after which a walk rests for a round


@dataclass(frozen=True)
class Mined:
    """The largest gain found for a query.

    Parameters
    ----------
    gain : float
        Share of the exact energy of all layers that the design saves.
    design : Design
    """

    gain: float
    design: Design


@dataclass(frozen=True, eq=False)
class _Trial:
    """A design whose answer is known: its robustness against each query."""

    space: Space
    point: NDArray[np.float64]
    design: Design
    gain: float
    robustness: tuple[float, ...]

    def cost(self, query: int) -> float:
        """Energy gain is to be mined where the query holds; elsewhere the way back is."""
        robustness = self.robustness[query]
        return -self.gain if robustness >= 0 else PENALTY - robustness


class Formal(Procedure):
    """Formal property exploration: parametric queries, mined by Monte Carlo.

    Every layer runs a fraction of its weights, the innermost codes, in mode M2 of a multiplier
    and another fraction, next to them, in M1. For each query a walk over these fractions looks
    for the largest energy gain at which the expected robustness of the query is not negative;
    gains of a list of queries make a trade-off curve. After Spantidi et al., "Energy-efficient
    DNN Inference on Approximate Accelerators Through Formal Property Exploration" (2022), whose
    search is the expected-robustness-guided Monte Carlo of S-TaLiRo.

    Reconstructed: ranges around the median, the cost of a query that does not hold, constants of
    the walk. Ours: biases are updated, as in LVRM, whose mappings the paper compares with; of
    several multipliers each is tried with all weights in one mode and with half of them in M2,
    and a query goes on with the one that gained most; walks of all queries go side by side and
    learn from each other's answers: each starts at the best design known for its query, and
    goes back there now and then. No question is spent on a proposal of too little gain.

    ``Options.query`` states one query or several with semicolons between them, see
    ``docs/queries.md``; without it :data:`DEFAULT_QUERIES` are mined.
    """

    def __init__(self, problem: Problem, options: Options) -> None:
        self.queries: tuple[Query, ...] = parse_queries(options.query or DEFAULT_QUERIES)
        corrections = options.corrections or Corrections()
        self._spaces = [Space(problem, x, corrections) for x in ladders(problem, "formal")]
        self._trials: dict[str, _Trial] = {}
        super().__init__(problem, options)

    @property
    def mined(self) -> dict[Query, Mined]:
        """The best design of each query so far; a query that none satisfies is left out."""
        found = {}
        for number, query in enumerate(self.queries):
            best = min(self._trials.values(), key=lambda x: x.cost(number), default=None)
            if best is not None and best.robustness[number] >= 0:
                found[query] = Mined(best.gain, best.design)
        return found

    def steps(self) -> Steps:
        self._batches = self._drawn()
        starts = [
            (space, space.uniform(*fractions))
            for space in self._spaces
            for fractions in ((0, 0), (1, 0), (0, 1), (0, 0.5))
        ]
        yield from self._tried(starts)
        walks = [self._walk(number) for number in range(len(self.queries))]
        while wanted := [proposal for walk in walks if (proposal := next(walk)) is not None]:
            yield from self._tried(wanted)

    def _tried(self, wanted: list[tuple[Space, NDArray[np.float64]]]) -> Steps:
        designs = [space.design(point) for space, point in wanted]
        outcomes = yield designs
        for (space, point), design, outcome in zip(wanted, designs, outcomes, strict=True):
            gain = 1 - outcome.objectives.energy
            robustness = self._robustness(outcome)
            self._trials[design.key] = _Trial(space, point, design, gain, robustness)

    def _walk(self, query: int) -> Iterator[tuple[Space, NDArray[np.float64]] | None]:
        """Points to try for a query, one after the other; None where none is worth it."""
        best = self._best(query)
        chain = Chain(self.rng, best.point, best.cost(query))
        for number in count():
            if number % RETURN == 0:
                best = self._best(query)
                chain.point, chain.cost = best.point, best.cost(query)
            proposal = self._worthwhile(chain, best.space, query)
            if proposal is None:
                yield None
            else:
                yield best.space, proposal.point
                tried = self._trials[best.space.design(proposal.point).key]
                chain.settle(proposal, tried.cost(query))

    def _worthwhile(self, chain: Chain, space: Space, query: int) -> Proposal | None:
        """The next proposal that only an answer can refuse."""
        for _ in range(PATIENCE):
            proposal = chain.propose()
            least = -space.gain(proposal.point)
            if least <= proposal.level:
                known = self._trials.get(space.design(proposal.point).key)
                if known is None:
                    return proposal
                least = known.cost(query)
            chain.settle(proposal, least)
        return None

    def _best(self, query: int) -> _Trial:
        return min(self._trials.values(), key=lambda x: x.cost(query))

    def _robustness(self, outcome: Outcome) -> tuple[float, ...]:
        drops = accuracy_drops(self.problem.exact_margins, outcome.margins, self._batches)
        return tuple(query.expected_robustness(drops) for query in self.queries)

    def _drawn(self) -> NDArray[np.intp]:
        """Images of each batch: int[repetitions, batches, size]. A rest is left out."""
        images = len(self.problem.exact_margins)
        size = max(1, min(BATCH, images // 10))
        whole = images // size * size
        orders = [self.rng.permutation(images)[:whole] for _ in range(REPETITIONS)]
        return np.array(orders).reshape(REPETITIONS, -1, size)
