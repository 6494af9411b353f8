"""Fractions of a layer's weights, as ranges of codes around their middle."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.energy import Energies
from hwgen.mapping.formal.ladder import CodeRange, Ladder
from hwgen.network.graph import Convolution
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["Bands"]


@dataclass(frozen=True)
class _Split:
    """Codes in M2, and in M2 or M1: the first so many by distance."""

    inner: int
    outer: int


class Bands:
    """The codes of a layer in the order in which modes spread over them.

    Quantized weights crowd around their median, so the codes next to it are many and small:
    they take the most approximate mode first. A fraction of the weights so becomes a range of
    codes, which a comparator can tell. After Spantidi et al. (2022); that codes go by their
    distance from the median is reconstructed. Of two codes equally far the lower one goes first.

    Parameters
    ----------
    layer : Convolution
    ladder : Ladder
    energies : Energies
    """

    def __init__(self, layer: Convolution, ladder: Ladder, energies: Energies) -> None:
        self.ladder = ladder
        centred = layer.centred_weights.ravel()
        codes, place, counts = np.unique(centred, return_inverse=True, return_counts=True)
        order = np.argsort(np.abs(codes - np.median(centred)), kind="stable")
        self._codes = codes[order]
        self._counts = _sums(counts[order])
        stored = layer.weights.ravel().view(np.uint8)
        positions = layer.shape[0] * layer.shape[1]
        self._energies = [
            _sums(positions * np.bincount(place, table[stored], len(codes))[order])
            for table in (
                energies.of(Choice(ladder.multiplier, mode), layer.name) for mode in ladder.modes
            )
        ]

    def mapping(self, middle: float, last: float) -> LayerMapping:
        """At least a fraction ``last`` of the weights in M2, around it ``middle`` in M1.

        What is left of the weights bounds M1. Fractions are from 0 to 1.
        """
        split, every = self._split(middle, last), len(self._codes)
        if split.inner == every:
            return self.ladder.uniform(2)
        if split.inner == 0 and split.outer == every:
            return self.ladder.uniform(1)
        return self.ladder.layer(self._range(split.inner), self._range(split.outer))

    def energy_pj(self, middle: float, last: float) -> float:
        """Of the layer's products for one image, under :meth:`mapping`."""
        split = self._split(middle, last)
        exact, outer, inner = self._energies
        return float(
            inner[split.inner]
            + (outer[split.outer] - outer[split.inner])
            + (exact[-1] - exact[split.outer])
        )

    def _split(self, middle: float, last: float) -> _Split:
        total = self._counts[-1]
        inner = int(np.searchsorted(self._counts, last * total))
        wanted = min(self._counts[inner] + middle * total, total)
        return _Split(inner, int(np.searchsorted(self._counts, wanted)))

    def _range(self, count: int) -> CodeRange | None:
        chosen = self._codes[:count]
        return (int(chosen.min()), int(chosen.max())) if count else None


def _sums(values: NDArray[np.float64] | NDArray[np.intp]) -> NDArray[np.float64]:
    """Sums of the first 0, 1, 2, ... values."""
    return np.concatenate([[0.0], np.cumsum(values)])
