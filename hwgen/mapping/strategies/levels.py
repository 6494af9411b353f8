"""Layers, filters and kernels as groups that choices are given to."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.problem import Problem
from hwgen.network.graph import Convolution
from hwgen.spec.mapping import FilterRule, KernelRule, LayerMapping, Mapping
from hwgen.spec.mapping.indices import ranges_of_members, text_of
from hwgen.spec.mapping.rules import Choice

__all__ = ["Level", "grid", "leveled"]

Level: TypeAlias = Literal["layer", "filter", "kernel"]


def grid(layer: Convolution, level: Level) -> tuple[int, int]:
    """Groups of a layer, as filters and as input channels that are told apart."""
    filters, _, _, channels = layer.weights.shape
    return {"layer": (1, 1), "filter": (filters, 1), "kernel": (filters, channels)}[level]


def leveled(
    problem: Problem, level: Level, choices: Sequence[Choice], chosen: NDArray[np.int64]
) -> Mapping:
    """The mapping that gives every group of a level one of some choices.

    Parameters
    ----------
    choices : sequence of Choice
    chosen : int64[groups]
        Index of each group's choice: groups of the first layer, then of the others; within a
        layer filter by filter, channel by channel.
    """
    layers, start = {}, 0
    for layer in problem.network.convolutions:
        shape = grid(layer, level)
        end = start + shape[0] * shape[1]
        layers[layer.name] = _layer(level, choices, chosen[start:end].reshape(shape))
        start = end
    return Mapping(layers)


def _layer(level: Level, choices: Sequence[Choice], chosen: NDArray[np.int64]) -> LayerMapping:
    base = int(chosen.min())  # whatever is there, so that equal designs are equal mappings
    filters: list[FilterRule] = []
    kernels: list[KernelRule] = []
    for index in np.unique(chosen):
        name, mode = choices[index]
        if index == base:
            continue
        if level == "filter":
            held = _text(chosen[:, 0] == index)
            filters.append(FilterRule(multiplier=name, mode=mode, filters=held))
        for number in np.flatnonzero((chosen == index).any(axis=1)) if level == "kernel" else ():
            held = _text(chosen[number] == index)
            rule = KernelRule(multiplier=name, mode=mode, filters=str(number), channels=held)
            kernels.append(rule)
    return LayerMapping(
        multiplier=choices[base].multiplier,
        mode=choices[base].mode,
        filters=tuple(filters),
        kernels=tuple(kernels),
    )


def _text(members: NDArray[np.bool_]) -> str:
    return text_of(ranges_of_members(np.flatnonzero(members)))
