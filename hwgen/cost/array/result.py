"""What an accelerator's datapath costs."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["ArrayCost", "LayerEnergy", "PartCost"]


@dataclass(frozen=True, kw_only=True)
class PartCost:
    """A part of the datapath, all its instances together.

    Parameters
    ----------
    area_um2 : float
        Memories are not in it.
    registers : int
        Flip-flops.
    clock_pj : float
        Energy of their clock pins in one cycle.
    memory_bits : int
    """

    area_um2: float = 0.0
    registers: int = 0
    clock_pj: float = 0.0
    memory_bits: int = 0

    def __add__(self, other: "PartCost") -> "PartCost":
        return PartCost(
            area_um2=self.area_um2 + other.area_um2,
            registers=self.registers + other.registers,
            clock_pj=self.clock_pj + other.clock_pj,
            memory_bits=self.memory_bits + other.memory_bits,
        )


@dataclass(frozen=True, kw_only=True)
class LayerEnergy:
    """Switching energy that a layer's operands cause, without clock pins.

    Parameters
    ----------
    cycles, blocks, finals : int
        Cycles in which a position enters the array, for one image; blocks of weights; positions
        in last passes of groups of filters.
    weight_bits : int
        That these blocks take in memory.
    cycle_pj : mapping of str to float
        By part, mean over these cycles, of the whole array.
    block_pj : mapping of str to float
        By part, of loading one block of weights.
    final_pj : mapping of str to float
        By part, of one position in a last pass, beyond ``cycle_pj``.
    """

    cycles: int
    blocks: int
    finals: int
    weight_bits: int
    cycle_pj: Mapping[str, float]
    block_pj: Mapping[str, float]
    final_pj: Mapping[str, float]

    @property
    def parts_pj(self) -> dict[str, float]:
        """By part, of the whole layer."""
        found: dict[str, float] = defaultdict(float)
        for times, parts in (
            (self.cycles, self.cycle_pj),
            (self.blocks, self.block_pj),
            (self.finals, self.final_pj),
        ):
            for name, energy in parts.items():
                found[name] += times * energy
        return dict(found)


@dataclass(frozen=True, kw_only=True)
class ArrayCost:
    """Cost of array, weight loader and vector unit.

    Parameters
    ----------
    technology : str
    parts : mapping of str to PartCost
        Of the whole datapath.
    element : mapping of str to PartCost
        Of one processing element; with several kinds, of the first.
    element_delay_ns : float
        Worst path of an element.
    layers : mapping of str to LayerEnergy
    unmeasured : tuple of str
        Parts that no operands were driven into: of them, clock pins alone are known.
    """

    technology: str
    parts: Mapping[str, PartCost]
    element: Mapping[str, PartCost]
    element_delay_ns: float
    layers: Mapping[str, LayerEnergy]
    unmeasured: tuple[str, ...]

    @property
    def area_um2(self) -> float:
        """Of all parts."""
        return sum(x.area_um2 for x in self.parts.values())

    @property
    def clock_pj(self) -> float:
        """Energy of all clock pins in one cycle."""
        return sum(x.clock_pj for x in self.parts.values())

    @property
    def element_um2(self) -> float:
        """Area of a processing element."""
        return sum(x.area_um2 for x in self.element.values())

    def document(self) -> dict[str, Any]:
        """What JSON can hold."""
        return asdict(self) | {"area_um2": self.area_um2, "clock_pj": self.clock_pj}
