"""What products cost, by what is multiplied, where, and with which weight."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError
from hwgen.mapping.outcome import Energy
from hwgen.network.graph import Convolution, Network
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.spec.mapping.rules import Choice

__all__ = ["Energies", "layer_energy_pj", "mapping_energy"]


@dataclass(frozen=True, eq=False)
class Energies:
    """Energy of one product, for every multiplier, mode, layer and weight code.

    Parameters
    ----------
    layers : tuple of str
        In execution order.
    tables : mapping of Choice to float64[layers, 256]
        In pJ, by the raw byte of the stored s8 weight code, as the multiplier gets it: a tuned
        code is priced as tuned. NaN where the multiplier does not take the code or the layer.
    """

    layers: tuple[str, ...]
    tables: AbstractMapping[Choice, NDArray[np.float64]]

    def of(self, choice: Choice, layer: str) -> NDArray[np.float64]:
        """Energy of a product in a layer, in pJ: float64[256] by raw weight byte."""
        if choice not in self.tables:
            raise SpecError(f"energy of {choice.multiplier} mode {choice.mode} must be measured")
        table: NDArray[np.float64] = self.tables[choice][self.layers.index(layer)]
        return table


def mapping_energy(network: Network, mapping: Mapping, energies: Energies, baseline: str) -> Energy:
    """Multiplier energy of one image under a mapping, against exact multipliers in all layers."""
    exact = LayerMapping(multiplier=baseline)
    own = exact_pj = convolutions = exact_convolutions = 0.0
    for layer in network.convolutions:
        found = layer_energy_pj(layer, mapping.layers[layer.name], energies)
        reference = layer_energy_pj(layer, exact, energies)
        own, exact_pj = own + found, exact_pj + reference
        if not is_fully_connected(layer):
            convolutions, exact_convolutions = (
                convolutions + found,
                exact_convolutions + reference,
            )
    return Energy(
        total=own / exact_pj,
        convolutions=convolutions / exact_convolutions if exact_convolutions else own / exact_pj,
        total_pj=own,
    )


def layer_energy_pj(layer: Convolution, mapping: LayerMapping, energies: Energies) -> float:
    """Energy of a layer's products for one image, in pJ."""
    choices, index = mapping.resolve(layer.centred_weights)
    weights = layer.weights
    if mapping.tuned_weights is not None:
        weights = mapping.tuned_weights.codes(weights.shape)
    found = 0.0
    for number, choice in enumerate(choices):
        used = np.ascontiguousarray(weights[index == number]).view(np.uint8)
        codes, counts = np.unique(used, return_counts=True)
        found += float(counts @ energies.of(choice, layer.name)[codes])
    return found * layer.shape[0] * layer.shape[1]


def is_fully_connected(layer: Convolution) -> bool:
    """Whether a layer has one position, which reads its whole input."""
    return layer.shape[:2] == (1, 1)
