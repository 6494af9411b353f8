"""Designs as rows of integers, which an evolutionary search recombines."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies.choices import (
    LayerChoices,
    by_operands,
    capacity,
    energy_pj,
    kinds,
)
from hwgen.spec.mapping.rules import Choice

__all__ = ["Chromosomes", "ModeChromosomes", "TileChromosomes", "chromosomes"]

Genes = NDArray[np.int64]


class Chromosomes(ABC):
    """How genes are read. Gene ``i`` is from 0 to ``bounds[i] - 1``, and all are admitted."""

    bounds: NDArray[np.int64]

    @abstractmethod
    def read(self, genes: Genes) -> tuple[Choice, ...]:
        """What every layer is multiplied with."""

    @abstractmethod
    def tiles_of(self, genes: Genes) -> tuple[int, ...]:
        """The array that every layer runs on."""

    @abstractmethod
    def uniform(self) -> list[Genes]:
        """Of the designs that are the same in all layers."""


class TileChromosomes(Chromosomes):
    """ALWANN's ``[map_TM | map_LT]``: what each tile holds, and the tile of each layer.

    A tile's multiplier is a member of the library; of a reconfigurable one, every mode is a
    member.

    Parameters
    ----------
    library : LayerChoices
    layers : int
    """

    def __init__(self, library: LayerChoices, layers: int) -> None:
        self.library, self.tiles = library, library.capacity
        self.bounds = np.array([len(library.choices)] * self.tiles + [self.tiles] * layers)

    def read(self, genes: Genes) -> tuple[Choice, ...]:
        held = [self.library.choices[gene] for gene in genes[: self.tiles]]
        return tuple(held[tile] for tile in self.tiles_of(genes))

    def tiles_of(self, genes: Genes) -> tuple[int, ...]:
        return tuple(genes[self.tiles :].tolist())

    def uniform(self) -> list[Genes]:
        layers = len(self.bounds) - self.tiles
        return [
            np.array([member] * self.tiles + [i % self.tiles for i in range(layers)])
            for member in range(len(self.library.choices))
        ]


class ModeChromosomes(Chromosomes):
    """The multiplier of the only array, and the mode of each layer.

    Mode genes count from most accurate to cheapest in steps of the multiplier with the most
    modes, and are scaled to the others': a child that changes its multiplier keeps how strongly
    each layer is approximated.

    Parameters
    ----------
    multipliers : sequence of LayerChoices
        One each.
    layers : int
    """

    def __init__(self, multipliers: Sequence[LayerChoices], layers: int) -> None:
        self.multipliers, self.layers = multipliers, layers
        self.depth = max(len(x.choices) for x in multipliers)
        self.bounds = np.array([len(multipliers)] + [self.depth] * layers)

    def read(self, genes: Genes) -> tuple[Choice, ...]:
        modes = self.multipliers[genes[0]].choices
        return tuple(modes[gene * len(modes) // self.depth] for gene in genes[1:])

    def tiles_of(self, genes: Genes) -> tuple[int, ...]:
        return (0,) * self.layers

    def uniform(self) -> list[Genes]:
        found = []
        for number, multiplier in enumerate(self.multipliers):
            count = len(multiplier.choices)
            for mode in range(count):
                gene = -(-mode * self.depth // count)  # the first that reads as this mode
                found.append(np.array([number] + [gene] * self.layers))
        return found


def chromosomes(problem: Problem) -> Chromosomes:
    """Of what the hardware form can choose per layer.

    Several arrays take the operands of the baseline, so that each can hold it. The library they
    choose from is the baseline and what is cheaper: a published library has nothing else.
    """
    groups, layers = by_operands(problem), len(problem.layers)
    if capacity(problem) == 1:
        return ModeChromosomes(groups, layers)
    wanted = kinds(problem.baseline)
    group = next(x for x in groups if kinds(x.choices[0].multiplier) == wanted)
    baseline = Choice(problem.baseline, 0)
    limit = energy_pj(problem, baseline)
    cheaper = [x for x in group.choices if energy_pj(problem, x) < limit]
    return TileChromosomes(LayerChoices((baseline, *cheaper), group.capacity), layers)
