"""Energy of an accelerator's array and datapath when it executes a mapping."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.compiler.cycles import program_cycles
from hwgen.cost.array.cost import array_cost
from hwgen.cost.array.image import image_energy
from hwgen.cost.array.modules import MULTIPLIERS, PE_PARTS
from hwgen.cost.technology import Technology
from hwgen.emulation.streams import layer_streams
from hwgen.mapping.hardware import hardware_for
from hwgen.network.graph import Network
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import Mapping
from hwgen.verilog import to_verilog

__all__ = ["ArrayEnergy", "array_energy", "leanest"]

ARRAY_PARTS = frozenset(
    {
        *PE_PARTS,
        "skew",
        "edge transform",
        "sum of activations",
        "sum of x",
        "sum columns, delay",
        "tile isolation",
        "clock gates",
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class ArrayEnergy:
    """Energy of one image, in nJ, clock pins included, without a clock tree and memories.

    Parameters
    ----------
    spec : AcceleratorSpec
        The accelerator.
    cycles : int
        Of the whole program.
    parts_nj : mapping of str to float
        By part of the datapath: array, weight loader and vector unit.
    """

    spec: AcceleratorSpec
    cycles: int
    parts_nj: AbstractMapping[str, float]

    @property
    def datapath_nj(self) -> float:
        """All parts: control variates pay for their sums and MAC+ here."""
        return sum(self.parts_nj.values())

    @property
    def array_nj(self) -> float:
        """Elements, and what is beside them in the array: skew, edge, columns of sums, tiles."""
        return sum(x for name, x in self.parts_nj.items() if name in ARRAY_PARTS)

    @property
    def multipliers_nj(self) -> float:
        """The multipliers in the elements: what approximating them can save at most."""
        return self.parts_nj.get(MULTIPLIERS, 0.0)


def array_energy(
    network: Network,
    mapping: Mapping,
    spec: AcceleratorSpec,
    technology: Technology,
    image: NDArray[np.uint8],
) -> ArrayEnergy:
    """Energy of one image on the accelerator that :func:`leanest` finds for the mapping.

    Operands are those of the mapped network, in the accelerator's own schedule: see
    :func:`hwgen.cost.array.cost.array_cost`.

    Parameters
    ----------
    network : Network
    mapping : Mapping
        With its corrections fitted.
    spec : AcceleratorSpec
        Form and sizes; memories must hold the network.
    technology : Technology
    image : uint8[H, W, C]
        As codes.
    """
    spec = leanest(spec, network, mapping)
    cycles = sum(step.total for step in program_cycles(compile_network(network, mapping, spec)))
    verilog = to_verilog(Accelerator(spec), "accelerator")
    cost = array_cost(spec, verilog, technology, layer_streams(network, mapping, image))
    found = image_energy(cost, spec, cycles)
    parts = dict.fromkeys((*found.switching_nj, *found.clock_nj))
    return ArrayEnergy(
        spec=spec,
        cycles=cycles,
        parts_nj={
            name: found.switching_nj.get(name, 0.0) + found.clock_nj.get(name, 0.0)
            for name in parts
        },
    )


def leanest(spec: AcceleratorSpec, network: Network, mapping: Mapping) -> AcceleratorSpec:
    """The accelerator of :func:`~hwgen.mapping.hardware.hardware_for`, without idle extras.

    Sums of activations are left where unsigned weights or weight zero points need them, and
    those of x as wide as control variates do. Of forms ``columns`` and ``tiles`` that hold one
    kind of multiplier a plain array is left. An exact mapping is then not burdened with what only
    others need.
    """
    found = hardware_for(spec, mapping)
    variates = [x.control_variate for x in mapping.layers.values()]
    bits = max((x.bits for x in variates if x is not None), default=0)
    if len(set(found.multipliers)) == 1 and found.form in ("columns", "tiles"):
        found = replace(found, form="weights", multipliers=found.multipliers[:1], clock_gates=False)
    needs_sums = found.activation_needed or any(
        any(layer.weight_zero_points) for layer in network.convolutions
    )
    return replace(found, variate_bits=bits, activation_sum=needs_sums)
