"""MAx-DNN: ROUP multipliers given out by sensitivity, per layer, filter or kernel."""

from collections.abc import Generator, Sequence
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.booth.dypr import DyPR
from hwgen.arith.booth.pr import PR
from hwgen.arith.booth.roup import Roup
from hwgen.arith.booth.scalable_booth import ScalableBooth
from hwgen.arith.booth.truncated_booth import TruncatedBooth
from hwgen.arith.catalogue import find
from hwgen.errors import SpecError
from hwgen.mapping.design import Corrections, Design, Question
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.strategies.bands import band_count, band_edges, bandings
from hwgen.mapping.strategies.choices import admitted, capacity, kinds, ladder
from hwgen.mapping.strategies.errors import error_power
from hwgen.mapping.strategies.levels import Level, grid, leveled
from hwgen.mapping.strategies.search import Procedure, Steps
from hwgen.mapping.strategies.together import side_by_side
from hwgen.spec.mapping.rules import Choice

__all__ = ["FAMILIES", "MaxDnnFilter", "MaxDnnKernel", "MaxDnnLayer"]

FAMILIES = (Roup, PR, DyPR, TruncatedBooth, ScalableBooth)
"""Booth multipliers without some rows, the others rounded or cut off, once or at run time."""

LEAST_DROP = 1e-6  # percent points: groups of layers that seem harmless rank by their errors

_Ranks: TypeAlias = Generator[Sequence[Question], Sequence[Outcome], NDArray[np.int64]]
_Ladder: TypeAlias = tuple[Choice, ...]


class _MaxDnn(Procedure):
    """MAx-DNN (Leon et al., LASCAS 2022) at one level of granularity.

    Configurations are the exact multiplier and those of the families :data:`FAMILIES` among the
    problem's multipliers, as far as nothing cheaper is more accurate; or the modes of one such
    multiplier. ROUP's rounding flips the signs of whole rows whenever a low bit of an activation
    does, which takes more energy than it saves while weights stay in the array: so rows that are
    cut off instead count, too.

    Groups are ranked by sensitivity: the drop when a group alone uses the strongest
    configuration. Then configurations are given to quantile bands of that ranking, the strongest
    to the most tolerant: with bands as fine as the budget allows all ways are tried, then a
    random part of those with bands one step finer, until the budget ends.

    Reconstructed from the abstract: the set of configurations, the ranking and the sweep. The
    flow is ALWANN's, so weights are tuned as there and biases stay, unless the options say
    otherwise. Ours: where measuring every group takes more than half of the budget, layers are
    measured and each group gets the share of its layer's drop that its products have in the
    power of the layer's errors.
    """

    NAME: ClassVar[str]
    LEVEL: ClassVar[Level]

    def steps(self) -> Steps:
        self._shapes = [grid(layer, self.LEVEL) for layer in self.problem.network.convolutions]
        self._counts = [filters * channels for filters, channels in self._shapes]
        ladders = self._ladders()
        budget = self.options.budget // len(ladders)
        yield from side_by_side(self._sweep(x, budget) for x in ladders)

    def _sweep(self, choices: _Ladder, budget: int) -> Steps:
        ranks = yield from self._ranks(choices, budget)
        groups, most = len(ranks), self._most(choices)
        left = budget - self._measured(budget)
        bands = 1
        while bands < groups and band_count(len(choices), bands + 1, most) <= left:
            bands += 1
        seen: set[str] = set()
        while left > 0 and bands <= groups:
            ways = list(bandings(len(choices), bands, most))
            if len(ways) > left:
                ways = [ways[i] for i in self.rng.permutation(len(ways))[:left]]
            band = band_edges(groups, bands)[ranks]
            designs = [self._design(choices, np.array(way)[band]) for way in ways]
            fresh = [x for x in dict.fromkeys(designs) if x.key not in seen]
            seen.update(x.key for x in fresh)
            left, bands = left - len(fresh), bands + 1
            yield fresh

    def _ranks(self, choices: _Ladder, budget: int) -> _Ranks:
        """Rank of each group, the most sensitive one first: int64[groups]."""
        is_alone = self._measured(budget) == sum(self._counts)
        sizes = [1] * sum(self._counts) if is_alone else self._counts
        ends = np.cumsum(sizes)
        places = np.arange(ends[-1])
        strongest = len(choices) - 1
        outcomes = yield [
            self._design(choices, strongest * ((end - size <= places) & (places < end)))
            for size, end in zip(sizes, ends, strict=True)
        ]
        drops = np.array([outcome.drop.expected for outcome in outcomes])
        if not is_alone:
            shares = [self._shares(i, choices[-1]) for i in range(len(self._counts))]
            drops = np.concatenate(
                [max(drop, LEAST_DROP) * share for drop, share in zip(drops, shares, strict=True)]
            )
        ranks = np.empty(len(drops), np.int64)
        ranks[np.argsort(-drops, kind="stable")] = places
        return ranks

    def _measured(self, budget: int) -> int:
        """Questions that sensitivities take."""
        groups = sum(self._counts)
        return groups if groups <= budget // 2 else len(self._counts)

    def _shares(self, place: int, choice: Choice) -> NDArray[np.float64]:
        """Of a layer's groups, in the power of its errors under a choice: float64[groups]."""
        power = error_power(self.problem.statistics(self.problem.layers[place]), choice)
        filters, channels = self._shapes[place]
        by_group = power.reshape(filters, -1, channels, power.shape[1] // channels).sum(axis=(1, 3))
        return np.asarray(by_group.ravel() / max(float(power.sum()), 1e-12), dtype=np.float64)

    def _ladders(self) -> list[_Ladder]:
        problem = self.problem
        roup = [x for x in admitted(problem) if isinstance(find(x.multiplier), FAMILIES)]
        wanted = kinds(problem.baseline)
        fixed = [x for x in roup if len(find(x.multiplier).modes) == 1]
        alike = [x for x in fixed if kinds(x.multiplier) == wanted]
        switched = dict.fromkeys(x.multiplier for x in roup if x not in fixed)
        sets = [[Choice(problem.baseline, 0), *alike]]
        sets += [[x for x in roup if x.multiplier == name] for name in switched]
        found = [x for x in (ladder(problem, each) for each in sets) if self._can_mix(x)]
        if not found:
            names = ", ".join(problem.multipliers)
            raise SpecError(
                f"{self.NAME} needs rounded or truncated Booth multipliers that save energy and "
                f"that form {problem.spec.form} can mix by {self.LEVEL}, not {names}"
            )
        return found

    def _can_mix(self, choices: _Ladder) -> bool:
        if len(choices) < 2:
            return False
        mixed = leveled(self.problem, self.LEVEL, choices, np.arange(sum(self._counts)) % 2)
        return self.problem.refusal(mixed) is None

    def _most(self, choices: _Ladder) -> int:
        """Different choices that a design may hold."""
        is_switched = len({choice.multiplier for choice in choices}) == 1
        return len(choices) if is_switched else capacity(self.problem)

    def _design(self, choices: _Ladder, chosen: NDArray[np.int64]) -> Design:
        mapping = leveled(self.problem, self.LEVEL, choices, chosen)
        published = Corrections(bias_update=False, tuning="published")
        corrections = self.options.corrections or published
        return Design(mapping, dict.fromkeys(mapping.layers, corrections))


class MaxDnnLayer(_MaxDnn):
    NAME, LEVEL = "maxdnn-layer", "layer"


class MaxDnnFilter(_MaxDnn):
    NAME, LEVEL = "maxdnn-filter", "filter"


class MaxDnnKernel(_MaxDnn):
    NAME, LEVEL = "maxdnn-kernel", "kernel"
