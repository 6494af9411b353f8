"""Elements of an accelerator's datapath: their netlists, and how operands reach them."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from hwgen.arith.multiplier import Multiplier
from hwgen.cost.array.columns import deskew_cycles, lane_cycles, scaler_cycles
from hwgen.cost.array.drives import (
    delay_cycles,
    edge_cycles,
    load_cycles,
    pe_cycles,
    range_cycles,
    sum_cycles,
    variate_cycles,
)
from hwgen.cost.array.modules import parts_in
from hwgen.cost.array.result import PartCost
from hwgen.cost.array.samples import ArraySamples
from hwgen.cost.hierarchy import Hierarchy
from hwgen.cost.parts import Cycles, PartedNetlist
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["Element", "elements_of", "kinds_of"]

Drive = Callable[[ArraySamples], Cycles]

_DRIVES: tuple[tuple[str, str, Drive], ...] = (
    (r"pe(_\d+)?", "drive", pe_cycles),
    (r"pe(_\d+)?", "load", load_cycles),
    (r"sum_element", "drive", sum_cycles),
    (r"variate_element", "drive", variate_cycles),
    (r"edge_row.*", "drive", edge_cycles),
    (r"range_modes_circuit", "load", range_cycles),
    (r"column_lane", "drive", lane_cycles),
    (r"scaler", "final", scaler_cycles),
    (r"deskew", "final", deskew_cycles),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Element:
    """A module that operands are driven into, with all modules inside.

    Parameters
    ----------
    module : str
    count : int
        Instances.
    parted : PartedNetlist
    drives : dict of str to callable
        Ports of a sample: ``drive`` while positions stream, ``load`` while weights are loaded,
        ``final`` in the last pass of a group of filters alone.
    multiplier : Multiplier, optional
        That of a processing element.
    """

    module: str
    count: int
    parted: PartedNetlist
    drives: Mapping[str, Drive]
    multiplier: Multiplier | None = None

    def parts(self, count: int) -> dict[str, PartCost]:
        """Cost of so many of them by part."""
        areas, registers, clocks = (
            self.parted.areas_um2,
            self.parted.registers,
            self.parted.clocks_pj,
        )
        found: dict[str, PartCost] = defaultdict(PartCost)
        for part, area in areas.items():
            found[part] = PartCost(
                area_um2=count * area,
                registers=count * registers[part],
                clock_pj=count * clocks.get(part, 0.0),
            )
        return dict(found)


def kinds_of(spec: AcceleratorSpec) -> dict[Multiplier, str]:
    """Multipliers of an accelerator, and what the names of the modules of each end in."""
    used = spec.arithmetic[: spec.cols] if spec.form == "columns" else spec.arithmetic
    distinct = list(dict.fromkeys(used))
    return {x: f"_{number}" if distinct[1:] else "" for number, x in enumerate(distinct)}


def elements_of(design: Hierarchy, spec: AcceleratorSpec) -> list[Element]:
    """Elements in a mapped design."""
    counts = design.instances
    kinds = {f"pe{label}": x for x, label in kinds_of(spec).items()}
    drives = {name: _drives(name) for name in counts}
    found = []
    for name, netlist in design.netlists([x for x in counts if drives[x]]).items():
        parts = parts_in(name, netlist, spec.arithmetic[0].w_kind.width)
        found.append(
            Element(
                module=name,
                count=counts[name],
                parted=PartedNetlist(netlist, design.technology, parts),
                drives=drives[name],
                multiplier=kinds.get(name),
            )
        )
    return found


def _drives(module: str) -> dict[str, Drive]:
    """How a module is driven, if at all."""
    if depth := re.fullmatch(r"activation_delay_(\d+)", module):
        return {"drive": partial(delay_cycles, depth=int(depth[1]))}
    return {when: x for pattern, when, x in _DRIVES if re.fullmatch(pattern, module)}
