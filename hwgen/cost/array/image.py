"""Energy that an accelerator's datapath takes for one image."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hwgen.cost.array.result import ArrayCost
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["ImageEnergy", "MemoryTraffic", "image_energy"]


@dataclass(frozen=True, kw_only=True)
class MemoryTraffic:
    """Bits that cross the ports of memories for one image.

    Parameters
    ----------
    accumulators, activations, weights : int
        Read from and written to accumulators; to activation banks, by convolutions alone;
        weights fetched.
    """

    accumulators: int
    activations: int
    weights: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.accumulators + self.activations + self.weights


@dataclass(frozen=True, kw_only=True)
class ImageEnergy:
    """Energy of one image, in nJ.

    Parameters
    ----------
    cycles : int
        Of the whole program.
    switching_nj, clock_nj : mapping of str to float
        By part of the datapath: what operands of the convolutions toggle; clock pins in all
        cycles.
    traffic : MemoryTraffic
    memory_nj : float or None
        Of that traffic; None where nothing is known of the memories.
    """

    cycles: int
    switching_nj: Mapping[str, float]
    clock_nj: Mapping[str, float]
    traffic: MemoryTraffic
    memory_nj: float | None

    @property
    def datapath_nj(self) -> float:
        """Switching and clock pins."""
        return sum(self.switching_nj.values()) + sum(self.clock_nj.values())

    def document(self) -> dict[str, Any]:
        """What JSON can hold."""
        return asdict(self) | {"datapath_nj": self.datapath_nj}


def image_energy(
    cost: ArrayCost, spec: AcceleratorSpec, cycles: int, memory_pj_per_bit: float | None = None
) -> ImageEnergy:
    """Add up an image's energy, of the layers that ``cost`` was measured with.

    Pooling, additions and moves count with their clock cycles, not with what they toggle.

    Parameters
    ----------
    cost : ArrayCost
    spec : AcceleratorSpec
    cycles : int
        Of the whole program, all layers: see :func:`hwgen.compiler.cycles.program_cycles`.
    memory_pj_per_bit : float, optional
        Energy of an access to the memories at hand per bit: that of a compiler's data sheet, or
        of :func:`hwgen.cost.array.memory.register_memory`.
    """
    switching: dict[str, float] = defaultdict(float)
    for layer in cost.layers.values():
        for part, energy_pj in layer.parts_pj.items():
            switching[part] += energy_pj / 1000
    traffic = _traffic(cost, spec)
    return ImageEnergy(
        cycles=cycles,
        switching_nj=dict(switching),
        clock_nj={name: cycles * x.clock_pj / 1000 for name, x in cost.parts.items()},
        traffic=traffic,
        memory_nj=None if memory_pj_per_bit is None else traffic.total * memory_pj_per_bit / 1000,
    )


def _traffic(cost: ArrayCost, spec: AcceleratorSpec) -> MemoryTraffic:
    layers = cost.layers.values()
    again = sum(x.cycles - x.finals for x in layers)  # every sum but the last is written, and read
    return MemoryTraffic(
        accumulators=2 * again * spec.cols * spec.accumulator_width,
        activations=8 * sum(x.cycles * spec.rows + x.finals * spec.cols for x in layers),
        weights=sum(x.weight_bits for x in layers),
    )
