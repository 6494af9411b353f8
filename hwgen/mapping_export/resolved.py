"""A network under a mapping with every multiplier resolved to tables, as other tools want it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.golden import check_mapping
from hwgen.golden.products import Products, activation_offset, products_of, weight_offset
from hwgen.network.graph import Convolution, Network
from hwgen.network.layer import Quantization
from hwgen.network.limits import highest_code
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["Resolved", "ResolvedLayer", "resolve"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ResolvedLayer:
    """One layer; what is added up is :class:`~hwgen.golden.products.Products`.

    Parameters
    ----------
    layer : Convolution
    mapping : LayerMapping
    products : Products
        Its tables are those that the layer uses.
    choice : uint16[F, KH, KW, C // groups]
        Which of the tables of the whole network multiplies each weight.
    source : Quantization
        Of the tensor that the layer reads.
    highest : int
        Largest stored activation code that has products.
    """

    layer: Convolution
    mapping: LayerMapping
    products: Products
    choice: NDArray[np.uint16]
    source: Quantization
    highest: int

    @property
    def constants(self) -> NDArray[np.int64]:
        """What of ``products.bias`` depends on neither the layer's bias nor its weights.

        The rest is the bias, and :attr:`activation_zero` times the sum of the filter's stored
        weight codes taken away: so others can change bias and weights. int64[F].
        """
        sums = self.layer.weights.sum(axis=(1, 2, 3), dtype=np.int64)
        found: NDArray[np.int64] = (
            self.products.bias - self.layer.bias + self.activation_zero * sums
        )
        return found

    @property
    def activation_zero(self) -> int:
        """The input's zero as the multiplier gets it."""
        kind = find(self.mapping.multiplier).a_kind
        return self.source.zero_point - activation_offset(kind)

    @property
    def weight_encoding(self) -> tuple[int, int]:
        """``(offset, width)``: the multiplier gets ``(code + offset) mod 2**width``."""
        kind = find(self.mapping.multiplier).w_kind
        return weight_offset(kind), kind.width


@dataclass(frozen=True, kw_only=True, eq=False)
class Resolved:
    """All layers that multiply.

    Parameters
    ----------
    tables : int32[T, 256, 256]
        Products of every multiplier in every mode that is used: by stored activation code, then
        by the raw byte of the weight that the multiplier gets.
    names : tuple of (str, int)
        Multiplier and mode of each table.
    layers : tuple of ResolvedLayer
        In execution order.
    """

    tables: NDArray[np.int32]
    names: tuple[tuple[str, int], ...]
    layers: tuple[ResolvedLayer, ...]


def resolve(network: Network, mapping: Mapping) -> Resolved:
    """Resolve the mapping of every layer. Raises :exc:`SpecError` where it does not fit."""
    check_mapping(network, mapping)
    known: dict[tuple[str, int], int] = {}
    tables: list[NDArray[np.int32]] = []
    layers = []
    for layer in network.convolutions:
        own, source = mapping.layers[layer.name], layer.inputs[0]
        quantization = network.quantizations[source]
        highest = max(quantization.zero_point, highest_code(network, source))
        products = products_of(layer, own, quantization.zero_point, highest)
        choices, _ = own.resolve(layer.centred_weights)
        for choice, table in zip(choices, products.tables, strict=True):
            if choice not in known:
                known[choice] = len(tables)
                tables.append(table)
        numbers = np.array([known[choice] for choice in choices], np.uint16)
        layers.append(
            ResolvedLayer(
                layer=layer,
                mapping=own,
                products=products,
                choice=numbers[products.choice],
                source=quantization,
                highest=highest,
            )
        )
    names = tuple((name, mode) for name, mode in known)
    return Resolved(tables=np.stack(tables), names=names, layers=tuple(layers))
