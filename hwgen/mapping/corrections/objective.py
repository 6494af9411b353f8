"""What joint tuning minimizes: error variance of each filter, and energy beside it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.golden.products import weight_offset
from hwgen.kernels.tuning import tune
from hwgen.mapping.corrections.regression import regression, view_of
from hwgen.mapping.corrections.statistics import LayerStatistics, scales
from hwgen.mapping.energy import Energies, layer_energy_pj
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["Objective"]

PASSES = 4  # of coordinate descent at most


class Objective:
    """Error variance of a layer's filters, in units of their accumulators, and energy's worth.

    A place is the number of a choice, times 256, and a stored weight code plus 128.

    Parameters
    ----------
    statistics : LayerStatistics
    choices : sequence of Choice
        That weights may be multiplied with, of one kind of operands.
    energies : Energies
    baseline : str
        Exact multiplier.
    thrift : float
        See :class:`~hwgen.mapping.design.Corrections`.
    x : int32[256], optional
        By stored activation code, what a control variate sums.
    """

    def __init__(
        self,
        statistics: LayerStatistics,
        choices: Sequence[Choice],
        energies: Energies,
        baseline: str,
        thrift: float,
        x: NDArray[np.int32] | None = None,
    ) -> None:
        layer = statistics.layer
        self.shape = filters, taps = len(layer.weights), layer.fan_in
        view = view_of(statistics, choices)
        found = [regression(statistics, choice, view) for choice in choices]
        self.slopes = np.concatenate([x.slope for x in found])
        variances = np.concatenate([x.residual_variance for x in found])
        by_code = np.concatenate([np.roll(energies.of(x, layer.name), 128) for x in choices])
        exact_pj = layer_energy_pj(layer, LayerMapping(multiplier=baseline), energies)
        worth = _worth(statistics, exact_pj, thrift)
        # Codes without an energy cannot occur, whatever energy is worth.
        known = ~np.isnan(by_code)
        priced = variances + worth[:, None] * np.where(known, by_code, 0)
        self.prices = np.where(known, priced, np.inf)
        self.factors = statistics.factors(view, x)
        offset = weight_offset(find(choices[0].multiplier).w_kind)
        self.weights = layer.weights.reshape(filters, taps).astype(np.float64) + offset
        self._rows = np.split(np.arange(filters), layer.groups)
        centred = layer.centred_weights.reshape(filters, taps).astype(np.float64)
        self.target = np.concatenate(
            [
                factors.target(self.weights[rows], centred[rows])
                for factors, rows in zip(self.factors, self._rows, strict=True)
            ]
        )

    def minimum(self, index: NDArray[np.uint8] | None) -> NDArray[np.int64]:
        """Places of little cost, int64[F, taps], of the choice of each weight or of any."""
        found = np.empty(self.shape, np.int64)
        for factors, rows in zip(self.factors, self._rows, strict=True):
            order = factors.order
            chosen = None if index is None else np.ascontiguousarray(index[rows][:, order])
            places = tune(
                self.target[rows][:, order],
                factors.upper,
                factors.damped,
                chosen,
                self.slopes,
                self.prices[rows],
                passes=PASSES,
            )
            own = np.empty(places.shape, np.int64)
            own[:, order] = places
            found[rows] = own
        return found

    def cost(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of each filter, but for a constant: float64[F]."""
        off = self.target - self.slopes[places]
        prices: NDArray[np.float64] = np.take_along_axis(self.prices, places, axis=1).sum(axis=1)
        for factors, rows in zip(self.factors, self._rows, strict=True):
            own = off[rows][:, factors.order]
            prices[rows] += ((own @ factors.damped) * own).sum(axis=1)
        return prices


def _worth(statistics: LayerStatistics, exact_pj: float, thrift: float) -> NDArray[np.float64]:
    """Error variance of each filter's accumulator that a pJ per product is worth: float64[F]."""
    scale = scales(statistics.layer) ** 2
    positions = statistics.layer.shape[0] * statistics.layer.shape[1]
    output = float((scale * statistics.output_variance).sum())
    found: NDArray[np.float64] = thrift * output * positions / exact_pj / scale
    return found
