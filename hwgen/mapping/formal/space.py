"""Designs of one multiplier, by the fractions of weights that each layer has in its modes."""

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.formal.bands import Bands
from hwgen.mapping.formal.ladder import Ladder
from hwgen.mapping.problem import Problem
from hwgen.spec.mapping import LayerMapping

__all__ = ["Space"]


class Space:
    """A unit cube of two numbers per layer: fractions of its weights in M1 and in M2.

    Parameters
    ----------
    problem : Problem
    ladder : Ladder
    corrections : Corrections
        Of all designs.
    """

    def __init__(self, problem: Problem, ladder: Ladder, corrections: Corrections) -> None:
        self.names, self._corrections = problem.layers, corrections
        layers = problem.network.convolutions
        self._bands = [Bands(layer, ladder, problem.energies) for layer in layers]
        exact = LayerMapping(multiplier=problem.baseline)
        self._exact_pj = sum(layer_energy_pj(x, exact, problem.energies) for x in layers)

    def uniform(self, middle: float, last: float) -> NDArray[np.float64]:
        """The point with the same fractions in all layers."""
        return np.tile([middle, last], len(self.names)).astype(float)

    def design(self, point: NDArray[np.float64]) -> Design:
        """Innermost codes of each layer in M2, those around them in M1."""
        pairs = zip(self.names, self._bands, point.reshape(-1, 2).tolist(), strict=True)
        layers = {name: bands.mapping(*fractions) for name, bands, fractions in pairs}
        return Design.of(layers, self._corrections)

    def gain(self, point: NDArray[np.float64]) -> float:
        """Share of the exact energy that :meth:`design` saves before codes are tuned."""
        pairs = zip(self._bands, point.reshape(-1, 2).tolist(), strict=True)
        return 1 - sum(bands.energy_pj(*fractions) for bands, fractions in pairs) / self._exact_pj
