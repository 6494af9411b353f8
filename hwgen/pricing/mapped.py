"""Multiplier energy of a finished mapping, on the operands that it makes itself."""

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.cost.lanes import transition_energies_pj
from hwgen.cost.operands import Encoding
from hwgen.cost.pool import in_threads
from hwgen.cost.technology import Technology
from hwgen.emulation.transitions import MappedTransitions, mapped_transitions
from hwgen.mapping.energy import is_fully_connected
from hwgen.mapping.outcome import Energy
from hwgen.network.graph import Network
from hwgen.network.transitions import Transitions
from hwgen.spec.mapping import Mapping

__all__ = ["MultiplierEnergy", "multiplier_energy"]

SAMPLES = 8192  # products of each layer: layers are then known to about 1 %


@dataclass(frozen=True, kw_only=True, eq=False)
class MultiplierEnergy:
    """Multiplier energy of one image.

    Parameters
    ----------
    layers_pj : mapping of str to float
        By layer, in execution order.
    total_pj, convolutions_pj : float
        Of all layers, and without those that are fully connected.
    """

    layers_pj: AbstractMapping[str, float]
    total_pj: float
    convolutions_pj: float

    def relative_to(self, exact: "MultiplierEnergy") -> Energy:
        """As a share of what an exact mapping takes on the same network."""
        total = self.total_pj / exact.total_pj
        has_convolutions = exact.convolutions_pj > 0
        return Energy(
            total=total,
            convolutions=self.convolutions_pj / exact.convolutions_pj
            if has_convolutions
            else total,
            total_pj=self.total_pj,
        )


def multiplier_energy(
    network: Network,
    mapping: Mapping,
    technology: Technology,
    images: NDArray[np.uint8],
    rows: int,
    cols: int,
    *,
    at_edge: bool = False,
    samples: int = SAMPLES,
    seed: int = 0,
) -> MultiplierEnergy:
    """Energy of all products of one image, traces redone under the mapping.

    Activations are those of the approximated network, weights the codes that multipliers get,
    tuned ones included, and modes change with the weights. Equal seeds draw the same products
    for every mapping.

    Where multipliers differ from column to column, a column's filters are others than the
    schedule of :func:`~hwgen.emulation.transitions.mapped_transitions` says: where the weight
    before belongs to another multiplier, the element is priced as if its own weight had stayed.

    Parameters
    ----------
    network : Network
    mapping : Mapping
        With its corrections fitted.
    technology : Technology
    images : uint8[N, H, W, C]
        As codes; the mean over them is taken.
    rows, cols : int
        Of the array.
    at_edge : bool
        As :func:`~hwgen.pricing.measure.measure_energies` takes it.
    samples : int
        Products drawn from each layer; all, where it has no more.
    seed : int
        Of drawing them.
    """
    found = mapped_transitions(network, mapping, images, rows, cols, samples, seed)
    names = sorted({choice.multiplier for layer in found.values() for choice in layer.choices})
    sums: dict[str, NDArray[np.float64]] = {}

    def work(name: str) -> None:
        sums[name] = _sums_pj(name, list(found.values()), technology, at_edge)

    in_threads([partial(work, name) for name in names], "energy")
    counts = np.array([len(layer.now) for layer in found.values()])
    means = np.sum(list(sums.values()), axis=0) / counts
    layers = {
        layer.name: layer.operations * float(mean)
        for layer, mean in zip(network.convolutions, means, strict=True)
    }
    convolutions = (x.name for x in network.convolutions if not is_fully_connected(x))
    return MultiplierEnergy(
        layers_pj=layers,
        total_pj=sum(layers.values()),
        convolutions_pj=sum(layers[name] for name in convolutions),
    )


def _sums_pj(
    name: str, layers: Sequence[MappedTransitions], technology: Technology, at_edge: bool
) -> NDArray[np.float64]:
    """Energy by layer of those of its transitions that one multiplier executes."""
    own = [_Own.of(name, layer) for layer in layers]
    energies = transition_energies_pj(
        name,
        Encoding(find(name), at_edge),
        technology,
        Transitions(
            np.concatenate([x.operands.a_before for x in own]),
            np.concatenate([x.operands.w_before for x in own]),
            np.concatenate([x.operands.a for x in own]),
            np.concatenate([x.operands.w for x in own]),
        ),
        np.concatenate([x.mode_before for x in own]),
        np.concatenate([x.mode for x in own]),
    )
    number = np.repeat(np.arange(len(own)), [len(x.mode) for x in own])
    return np.bincount(number, energies, minlength=len(own)).astype(np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Own:
    """Transitions of a layer that one multiplier executes, and its modes."""

    operands: Transitions
    mode_before: NDArray[np.int64]
    mode: NDArray[np.int64]

    @classmethod
    def of(cls, name: str, layer: MappedTransitions) -> "_Own":
        is_own = np.array([choice.multiplier == name for choice in layer.choices])
        modes = np.array([choice.mode for choice in layer.choices], np.int64)
        mine = is_own[layer.now]
        before, now, codes = layer.before[mine], layer.now[mine], layer.operands
        was_own = is_own[before]
        w = codes.w[mine]
        return cls(
            operands=Transitions(
                codes.a_before[mine], np.where(was_own, codes.w_before[mine], w), codes.a[mine], w
            ),
            mode_before=np.where(was_own, modes[before], modes[now]),
            mode=modes[now],
        )
