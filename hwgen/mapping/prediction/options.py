"""What each layer may become, and what that costs it in error and energy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hwgen.mapping.corrections.joint import error_variance
from hwgen.mapping.corrections.statistics import LayerStatistics, scales
from hwgen.mapping.design import Corrections
from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.problem import Problem
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["FILTERS", "Option", "network_options"]

FILTERS = 8  # of a layer that stand for all of it
NEAR = 1.3  # times the energy of the best multiplier of a layer: what is worth a closer look


@dataclass(frozen=True, kw_only=True)
class Option:
    """One way to multiply a layer, corrected.

    Parameters
    ----------
    mapping : LayerMapping
        Without what corrections are to fit.
    corrections : Corrections
    variance : float
        Predicted variance of the accumulators' error, over that of the exact accumulators, both
        in units of the layer's output.
    energy : float
        Predicted multiplier energy, over the whole network's exact one.
    """

    mapping: LayerMapping
    corrections: Corrections
    variance: float
    energy: float


def network_options(
    problem: Problem,
    choices: Sequence[Choice],
    corrections: Sequence[Corrections],
    *,
    trial: Corrections | None = None,
) -> dict[str, list[Option]]:
    """Options of every layer that no other one of the same multiplier beats.

    Error and energy are those of some filters, spread evenly over the layer: what they say of
    two options differs far less than the options do.

    Parameters
    ----------
    problem : Problem
    choices : sequence of Choice
    corrections : sequence of Corrections
        Each choice is tried with all of them.
    trial : Corrections, optional
        With these all choices are tried first; only multipliers that then come near the best in
        some layer are tried further.
    """
    layers = {name: _Layer(problem, name) for name in problem.layers}
    if trial is not None:
        near: set[str] = set()
        for layer in layers.values():
            near |= _near([layer.option(x, trial) for x in choices])
        choices = [x for x in choices if x.multiplier in near]
    return {
        name: _front_of_each([layer.option(x, y) for x in choices for y in corrections])
        for name, layer in layers.items()
    }


class _Layer:
    """A layer of some of its filters, to be tried."""

    def __init__(self, problem: Problem, name: str) -> None:
        self.problem = problem
        self.statistics, self.share = _sample(problem.statistics(name))
        self.exact_pj = sum(
            layer_energy_pj(x, problem.exact.mapping.layers[x.name], problem.energies)
            for x in problem.network.convolutions
        )
        self.scale = scales(self.statistics.layer) ** 2
        self.output = float((self.scale * self.statistics.output_variance).sum()) or 1.0

    def option(self, choice: Choice, corrections: Corrections) -> Option:
        problem, statistics = self.problem, self.statistics
        plain = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
        own = problem.fitter.corrected(statistics, plain, corrections)
        energy = layer_energy_pj(statistics.layer, own, problem.energies)
        variance = float((self.scale * error_variance(statistics, own)).sum()) / self.output
        return Option(
            mapping=plain,
            corrections=corrections,
            variance=variance,
            energy=energy * self.share / self.exact_pj,
        )


def _near(options: Sequence[Option]) -> set[str]:
    """Multipliers with an option that is hardly more expensive than the best one as accurate."""
    found: set[str] = set()
    least = np.inf
    for option in sorted(options, key=lambda x: x.variance):
        least = min(least, option.energy)
        if option.energy <= NEAR * least:
            found.add(option.mapping.multiplier)
    return found


def _front_of_each(options: Sequence[Option]) -> list[Option]:
    found: dict[str, list[Option]] = {}
    for option in options:
        found.setdefault(option.mapping.multiplier, []).append(option)
    return [x for own in found.values() for x in _front(own)]


def _front(options: Sequence[Option]) -> list[Option]:
    """Options that no other one beats, by falling energy."""
    kept: list[Option] = []
    least = np.inf
    for option in sorted(options, key=lambda x: (x.energy, x.variance)):
        if option.variance < least:
            kept.append(option)
            least = option.variance
    return kept[::-1]


def _sample(statistics: LayerStatistics) -> tuple[LayerStatistics, float]:
    """A layer of some of the filters, and how many filters each of them stands for."""
    layer = statistics.layer
    count = len(layer.weights)
    if layer.groups > 1 or count <= FILTERS:
        return statistics, 1.0
    chosen = np.linspace(0, count - 1, FILTERS).round().astype(int)
    zeros = layer.weight_zero_points
    smaller = replace(
        layer,
        weights=layer.weights[chosen],
        weight_zero_points=tuple(zeros[i] for i in chosen) if zeros else (),
        bias=layer.bias[chosen],
        rescale=tuple(layer.rescale[i] for i in chosen),
        shape=(*layer.shape[:2], FILTERS),
    )
    return statistics.for_filters(smaller), count / FILTERS
