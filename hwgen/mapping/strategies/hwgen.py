"""Our own strategy, and the default: predict, solve exactly, correct the prediction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np

from hwgen.mapping import pareto
from hwgen.mapping.design import Corrections, Design, Probe
from hwgen.mapping.outcome import Objectives, Outcome
from hwgen.mapping.prediction.options import Option, network_options
from hwgen.mapping.prediction.select import select
from hwgen.mapping.prediction.sensitivity import Sensitivities, disturbance, tolerated
from hwgen.mapping.strategies.choices import admitted, capacity
from hwgen.mapping.strategies.search import Procedure, Steps
from hwgen.spec.mapping import Mapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["Hwgen"]

NOISE = 0.2  # of a probe, relative to the layer's accumulators
PROBE_IMAGES = 500
THRIFTS = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3)
TRIAL = 2  # of them: what all multipliers are tried with
DROPS = (0.05, 5.0)  # predicted percent points: the ends of the first sweep
LARGEST_DROP = 10.0  # percent points: what is lost beyond is not worth a question
FIRST = 12  # designs before the prediction is corrected
ROUND = 6  # designs before it is corrected again


@dataclass(frozen=True)
class _Tried:
    """A design that was answered, and what was predicted of it."""

    options: dict[str, Option]
    moved: float
    objectives: Objectives


class Hwgen(Procedure):
    """Predicted loss, solved exactly, corrected by true emulation.

    1. One probe of noise per layer tells how far its errors move the margins of the logits
       (after Trommer et al., ICCAD 2022, who learn the noise that a layer bears; the use of
       margins, in which errors of several layers add up, is ours).
    2. Every multiplier that a layer may have gets jointly tuned weights, at several weights of
       energy against error; that gives the layer's error variance and energy.
    3. A mixed-integer program picks one option per layer: least energy for a limit of the
       disturbance, with no more multipliers than the hardware form holds. A sweep of the limit
       gives the front.
    4. What the emulated designs really did corrects the layers' sensitivities, and the program
       is solved again, where the front has its largest gaps; until the budget is spent.
    """

    def steps(self) -> Steps:
        probes = [
            Probe(noise=((name, NOISE),), images=PROBE_IMAGES, seed=self.options.seed)
            for name in self.problem.layers
        ]
        answers = yield probes
        exact = self.problem.exact_margins
        probed = Sensitivities(
            {
                name: disturbance(exact, x.margins) / NOISE**2
                for name, x in zip(self.problem.layers, answers, strict=True)
            }
        )
        options = self._options()
        tried: dict[Design, _Tried] = {}
        sensitivities = probed
        first, last = (tolerated(exact, x) for x in DROPS)
        limits: Sequence[float] = np.geomspace(first, last, FIRST).tolist()
        while True:
            chosen = self._designs(options, sensitivities, limits, tried)
            if not chosen:
                return
            outcomes = yield list(chosen)
            for (design, own), outcome in zip(chosen.items(), outcomes, strict=True):
                tried[design] = self._tried(own, outcome)
            sensitivities = _corrected(probed, list(tried.values()))
            limits = list(self._gaps(list(tried.values())))

    def choices(self) -> Sequence[Choice]:
        """What layers may be multiplied with."""
        return admitted(self.problem)

    def _options(self) -> dict[str, list[Option]]:
        choices, given = self.choices(), self.options.corrections
        if given is not None:
            return network_options(self.problem, choices, [given])
        tuned = [Corrections(tuning="joint", thrift=x, sequential=True) for x in THRIFTS]
        several = capacity(self.problem) > 1  # else modes of one multiplier serve all layers
        trial = tuned[TRIAL] if several else None
        return network_options(self.problem, choices, [Corrections(), *tuned], trial=trial)

    def _designs(
        self,
        options: dict[str, list[Option]],
        sensitivities: Sensitivities,
        limits: Sequence[float],
        tried: dict[Design, _Tried],
    ) -> dict[Design, dict[str, Option]]:
        """Designs for the limits, those apart that were tried."""
        found = {}
        for limit in limits:
            own = select(options, sensitivities, float(limit), capacity(self.problem))
            if own is None:
                continue
            design = Design(
                Mapping({name: x.mapping for name, x in own.items()}),
                {name: x.corrections for name, x in own.items()},
            )
            if design not in tried:
                found[design] = own
        return found

    def _tried(self, own: dict[str, Option], outcome: Outcome) -> _Tried:
        moved = disturbance(self.problem.exact_margins, outcome.margins)
        return _Tried(own, max(moved, 1e-6), outcome.objectives)

    def _gaps(self, tried: Sequence[_Tried]) -> Iterator[float]:
        """Disturbances between neighbours on the front, where the most area may be won."""
        front = [tried[i] for i in pareto.front([x.objectives for x in tried])]
        front.sort(key=lambda x: x.objectives.drop)
        pairs = sorted(pairwise(front), key=_area, reverse=True)
        for low, high in pairs[:ROUND]:
            if _area((low, high)) > 0:
                yield float(np.sqrt(low.moved * high.moved))


def _area(pair: tuple[_Tried, _Tried]) -> float:
    """Area between two designs of a front, over the root of the drop, as far as it matters.

    The root, as half a point more or less is much to who accepts one, and little to who accepts
    eight.
    """
    low, high = (x.objectives for x in pair)
    wide = sqrt(min(max(high.drop, 0.0), LARGEST_DROP)) - sqrt(max(low.drop, 0.0))
    return wide * (low.energy - high.energy)


def _corrected(probed: Sensitivities, tried: Sequence[_Tried]) -> Sensitivities:
    designs = [{name: x.variance for name, x in each.options.items()} for each in tried]
    return probed.corrected(designs, [each.moved for each in tried])
