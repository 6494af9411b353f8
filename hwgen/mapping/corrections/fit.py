"""All corrections of a design, fitted in the order of the layers."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.corrections.bias import bias_update
from hwgen.mapping.corrections.fitted_variate import fitted_variate
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.mapping.corrections.tuning import tuned
from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.energy import Energies
from hwgen.network.graph import Network
from hwgen.network.limits import highest_code
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["Fitter"]

Tensor = Callable[[Mapping, str], NDArray[np.uint8]]


class Fitter:
    """Fits designs of one network to some images.

    Weight codes and factors are fitted to what a layer reads in the exact network, so that they
    depend on nothing but the layer's own choice and are found once; biases to what the
    approximated and corrected layers before really make (contract 9).

    Parameters
    ----------
    network : Network
    tensor : callable
        ``tensor(mapping, name)`` runs the images under a mapping that holds at least the layers
        before the tensor ``name``, and returns that tensor.
    baseline : str
        The exact multiplier that energies are told against.
    energies : Energies
    variate_bits : int
        Low bits of an activation that the accelerator sums for a control variate.
    """

    def __init__(
        self,
        network: Network,
        tensor: Tensor,
        baseline: str,
        energies: Energies,
        variate_bits: int = 8,
    ) -> None:
        self.network, self.energies, self.baseline = network, energies, baseline
        self.variate_bits = variate_bits
        self._tensor = tensor
        plain = LayerMapping(multiplier=baseline)
        self._exact = Mapping({layer.name: plain for layer in network.convolutions})
        self._statistics: dict[str, LayerStatistics] = {}
        self._own: dict[tuple[str, LayerMapping, Corrections], LayerMapping] = {}

    def statistics(self, name: str) -> LayerStatistics:
        """What a layer reads in the exact network."""
        if name not in self._statistics:
            layer = next(x for x in self.network.convolutions if x.name == name)
            source = layer.inputs[0]
            self._statistics[name] = LayerStatistics(
                layer,
                self._tensor(self._exact, source),
                self.network.quantizations[source].zero_point,
                highest_code(self.network, source),
            )
        return self._statistics[name]

    def fit(self, design: Design) -> Mapping:
        """The design's mapping with all its corrections."""
        found: dict[str, LayerMapping] = {}
        for layer in self.network.convolutions:
            corrections = design.corrections[layer.name]
            plain, prefix = design.mapping.layers[layer.name], Mapping(found)
            if corrections.sequential:
                own = self.corrected(self._after(layer.name, prefix), plain, corrections)
            else:
                own = self.own(layer.name, plain, corrections)
            if corrections.bias_update:
                own = self._with_bias(layer.name, own, prefix)
            found[layer.name] = own
        return Mapping(found)

    def own(self, name: str, plain: LayerMapping, corrections: Corrections) -> LayerMapping:
        """A layer with the corrections that depend on nothing but its own choice."""
        key = name, plain, corrections
        if key not in self._own:
            self._own[key] = self.corrected(self.statistics(name), plain, corrections)
        return self._own[key]

    def corrected(
        self, statistics: LayerStatistics, plain: LayerMapping, corrections: Corrections
    ) -> LayerMapping:
        """A layer, or some of its filters, corrected for what the statistics say it reads."""
        found = tuned(
            statistics, plain, corrections, self.energies, self.baseline, self.variate_bits
        )
        if corrections.control_variate != "none":
            how = corrections.control_variate
            found = fitted_variate(statistics, found, how, self.variate_bits)
        return found

    def _after(self, name: str, prefix: Mapping) -> LayerStatistics:
        """What a layer reads after approximated ones, beside what it should read."""
        exact = self.statistics(name)
        codes = self._tensor(prefix, exact.layer.inputs[0])
        if np.array_equal(codes, exact.codes):
            return exact
        return replace(exact, codes=codes, reference=exact.codes)

    def _with_bias(self, name: str, own: LayerMapping, prefix: Mapping) -> LayerMapping:
        layer = next(x for x in self.network.convolutions if x.name == name)
        codes = self._tensor(prefix, layer.inputs[0])
        exact = self.statistics(name)
        update = bias_update(layer, own, codes, exact.zero_point, exact.highest)
        return replace(own, bias_update=update)
