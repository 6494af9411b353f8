"""What each layer may become, and what that costs it in error and energy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hwgen.mapping.corrections.joint import error_variance
from hwgen.mapping.corrections.statistics import LayerStatistics, scales
from hwgen.mapping.corrections.tuning import tuned
from hwgen.mapping.design import Corrections
from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.problem import Problem
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["FILTERS", "Option", "layer_options"]

FILTERS = 8  # of a layer that stand for all of it


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


def layer_options(
    problem: Problem, name: str, choices: Sequence[Choice], corrections: Sequence[Corrections]
) -> list[Option]:
    """Every choice with every set of corrections that is not beaten by the same multiplier's.

    Error and energy are those of some filters, spread evenly over the layer: what they say of
    two options differs far less than the options do.
    """
    statistics, share = _sample(problem.statistics(name))
    exact_pj = sum(
        layer_energy_pj(x, problem.exact.mapping.layers[x.name], problem.energies)
        for x in problem.network.convolutions
    )
    scale = scales(statistics.layer) ** 2
    output = float((scale * statistics.output_variance).sum()) or 1.0
    found: dict[str, list[Option]] = {}
    for choice in choices:
        plain = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
        for wanted in corrections:
            own = plain
            if wanted.tuning != "none":
                own = tuned(statistics, plain, wanted, problem.energies, problem.baseline)
            energy = layer_energy_pj(statistics.layer, own, problem.energies) * share / exact_pj
            variance = float((scale * error_variance(statistics, own)).sum()) / output
            option = Option(mapping=plain, corrections=wanted, variance=variance, energy=energy)
            found.setdefault(choice.multiplier, []).append(option)
    return [x for options in found.values() for x in _front(options)]


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
