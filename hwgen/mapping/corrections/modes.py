"""Joint tuning that chooses the mode of each weight, kernel, range or filter, too."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import check_choice
from hwgen.mapping.corrections.objective import Objective
from hwgen.mapping.corrections.statistics import LayerStatistics, scales
from hwgen.mapping.energy import Energies
from hwgen.network.graph import Convolution
from hwgen.spec.mapping import FilterRule, KernelRule, LayerMapping, RangeRule
from hwgen.spec.mapping.arrays import weight_rules
from hwgen.spec.mapping.corrections import TunedWeights
from hwgen.spec.mapping.indices import ranges_of_members, text_of
from hwgen.spec.mapping.rules import Choice

__all__ = ["LEVELS", "Level", "joint_modes"]

Level: TypeAlias = Literal["layer", "filter", "kernel", "range", "weight"]
LEVELS: tuple[Level, ...] = ("layer", "filter", "kernel", "range", "weight")
WITHIN_FILTERS = ("filter", "kernel", "weight")


def joint_modes(
    statistics: LayerStatistics,
    choices: Sequence[Choice],
    energies: Energies,
    baseline: str,
    thrift: float,
    level: Level,
) -> LayerMapping:
    """The choices and codes of a layer that cost the least error and energy together.

    At level ``weight`` each step of the recursion takes the best of all pairs of choice and
    code. At the others all weights of a group share a choice: that of which the best codes cost
    the least, summed over the group, before any is made up for by another; codes are tuned
    jointly for it. A filter (of ``layer`` and ``range``, the layer) for which one choice
    everywhere costs less gets that one, so a finer level costs no more than a layer's best
    choice does.

    Parameters
    ----------
    choices : sequence of Choice
        Modes of a multiplier, or multipliers of the same operand kinds.
    energies, baseline, thrift
        As :func:`~hwgen.mapping.corrections.joint.joint` takes them.
    level : str
        What shares a choice.
    """
    check_choice("joint tuning", "level", level, LEVELS)
    layer = statistics.layer
    objective = Objective(statistics, choices, energies, baseline, thrift)
    tried = [
        objective.minimum(np.full(objective.shape, number, np.uint8))
        for number in range(len(choices))
    ]
    if level == "weight":
        tried.append(objective.minimum(None))
    elif level in ("kernel", "range"):
        groups = _groups(layer, level)
        tried.append(objective.minimum(_cheapest(objective, groups, scales(layer) ** 2)))
    costs = np.stack([objective.cost(places) for places in tried])
    if level in WITHIN_FILTERS:
        best = costs.argmin(axis=0)
    else:
        best = np.full(objective.shape[0], (costs @ scales(layer) ** 2).argmin())
    places = np.stack(tried)[best, np.arange(objective.shape[0])]
    return _mapping(layer, choices, places, level)


def _groups(layer: Convolution, level: Level) -> NDArray[np.int64]:
    """Number of the group of each weight: int64[F, taps]."""
    shape = layer.weights.shape
    if level == "range":
        centred = layer.centred_weights
        by_code = centred - centred.min()
        return np.asarray(by_code.reshape(shape[0], -1), dtype=np.int64)
    kernels = np.arange(shape[0] * shape[3]).reshape(shape[0], 1, 1, shape[3])
    return np.broadcast_to(kernels, shape).reshape(shape[0], -1)


def _cheapest(
    objective: Objective, groups: NDArray[np.int64], scale: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Choice of each weight: that whose best codes cost its group the least."""
    weight = float(np.mean([np.median(np.diag(x.upper) ** -2.0) for x in objective.factors]))
    slopes = objective.slopes.reshape(-1, 256)
    count = int(groups.max()) + 1
    summed = np.zeros((len(slopes), count))
    for own, target in enumerate(objective.weights):
        values, which = np.unique(target, return_inverse=True)
        off = weight * (values[:, None, None] - slopes) ** 2
        least = (off + objective.prices[own].reshape(-1, 256)).min(axis=2)
        for number, cost in enumerate(least.T):
            costs = cost[which] * scale[own]
            summed[number] += np.bincount(groups[own], costs, count)
    return np.asarray(summed.argmin(axis=0)[groups], dtype=np.uint8)


def _mapping(
    layer: Convolution, choices: Sequence[Choice], places: NDArray[np.int64], level: Level
) -> LayerMapping:
    """The choice of most weights for the layer, and rules for the others."""
    index = (places // 256).reshape(layer.weights.shape)
    base = int(np.bincount(index.ravel()).argmax())
    plain = LayerMapping(
        multiplier=choices[base].multiplier,
        mode=choices[base].mode,
        tuned_weights=TunedWeights.of((places % 256 - 128).reshape(layer.weights.shape)),
    )
    others = [(x, index == number) for number, x in enumerate(choices) if number != base]
    others = [(choice, chosen) for choice, chosen in others if chosen.any()]
    if level == "weight":
        return replace(plain, weights=weight_rules(index, choices))
    if level == "range":
        return replace(plain, ranges=tuple(_range_rule(layer, *x) for x in others))
    if level == "kernel":
        return replace(plain, kernels=tuple(rule for x in others for rule in _kernel_rules(*x)))
    return replace(plain, filters=tuple(_filter_rule(*x) for x in others))


def _filter_rule(choice: Choice, chosen: NDArray[np.bool_]) -> FilterRule:
    filters = text_of(ranges_of_members(np.flatnonzero(chosen[:, 0, 0, 0])))
    return FilterRule(filters=filters, multiplier=choice.multiplier, mode=choice.mode)


def _kernel_rules(choice: Choice, chosen: NDArray[np.bool_]) -> list[KernelRule]:
    by_filter = chosen[:, 0, 0]
    return [
        KernelRule(
            filters=str(number),
            channels=text_of(ranges_of_members(np.flatnonzero(by_filter[number]))),
            multiplier=choice.multiplier,
            mode=choice.mode,
        )
        for number in np.flatnonzero(by_filter.any(axis=1))
    ]


def _range_rule(layer: Convolution, choice: Choice, chosen: NDArray[np.bool_]) -> RangeRule:
    codes = text_of(ranges_of_members(np.unique(layer.centred_weights[chosen])), "..")
    return RangeRule(codes=codes, multiplier=choice.multiplier, mode=choice.mode)
