"""Energy of a whole array of processing elements for one image, and the multipliers' part."""

from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwgen.control.form import array_of
from hwgen.cost.array.cost import array_cost
from hwgen.cost.technology import Technology
from hwgen.emulation.streams import layer_streams
from hwgen.errors import SpecError
from hwgen.network.graph import Network
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import Mapping
from hwgen.verilog import to_verilog

__all__ = ["ArrayEnergy", "array_energy", "lean"]

_TOPS = ("systolic_array", "tiles")
_MULTIPLIER = ("multipliers", "multiplier pipeline")


@dataclass(frozen=True)
class ArrayEnergy:
    """Energy of one image, in nJ, clock pins included.

    Parameters
    ----------
    total_nj : float
        Of the array: elements, skew, sum columns.
    multipliers_nj : float
        What of it the multipliers switch.
    """

    total_nj: float
    multipliers_nj: float

    def document(self) -> dict[str, float]:
        """What JSON can hold."""
        return asdict(self)


def lean(spec: AcceleratorSpec, mapping: Mapping) -> AcceleratorSpec:
    """``spec`` without what ``mapping`` does not need: control variate, sum of activations."""
    for less in ({"variate_bits": 0}, {"activation_sum": False}):
        try:
            smaller = replace(spec, **less)
        except SpecError:
            continue
        if smaller.refusal(mapping) is None:
            spec = smaller
    return spec


def array_energy(
    network: Network,
    mapping: Mapping,
    spec: AcceleratorSpec,
    technology: Technology,
    image: NDArray[np.uint8],
) -> ArrayEnergy:
    """Synthesize the array of ``spec`` and drive it with an image under ``mapping``.

    Parameters
    ----------
    network : Network
    mapping : Mapping
    spec : AcceleratorSpec
        Holds the mapping's multipliers.
    technology : Technology
    image : uint8[H, W, C]
        As codes.
    """
    verilog = to_verilog(array_of(spec), "systolic_array")  # type: ignore[no-untyped-call]
    streams = layer_streams(network, mapping, image)
    cost = array_cost(spec, verilog, technology, streams, _TOPS)
    layers = cost.layers.values()
    switching = sum(sum(x.parts_pj.values()) for x in layers)
    clock = cost.clock_pj * sum(x.cycles for x in layers)
    own = sum(x.parts_pj.get(part, 0.0) for x in layers for part in _MULTIPLIER)
    return ArrayEnergy((switching + clock) / 1000, own / 1000)
