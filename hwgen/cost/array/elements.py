"""Elements of a machine's datapath: their netlists, and how operands reach them."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hwgen.arith.multiplier import Multiplier
from hwgen.cost.array.drives import (
    delay_cycles,
    edge_cycles,
    load_cycles,
    pe_cycles,
    range_cycles,
    sum_cycles,
    variate_cycles,
)
from hwgen.cost.array.modules import group_of, pe_parts
from hwgen.cost.array.result import PartCost
from hwgen.cost.array.samples import ArraySamples
from hwgen.cost.hierarchy import Hierarchy
from hwgen.cost.parts import Cycles, PartedNetlist
from hwgen.spec.machine import MachineSpec

__all__ = ["Element", "elements_of", "kinds_of"]

Drive = Callable[[ArraySamples], Cycles]

_DRIVES: tuple[tuple[str, Drive], ...] = (
    (r"sum_element", sum_cycles),
    (r"variate_element", variate_cycles),
    (r"edge_row.*", edge_cycles),
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
    drive : callable, optional
        Ports while positions stream.
    load : callable, optional
        Ports in a cycle in which weights are loaded.
    multiplier : Multiplier, optional
        That of a processing element.
    """

    module: str
    count: int
    parted: PartedNetlist
    drive: Drive | None = None
    load: Drive | None = None
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


def kinds_of(spec: MachineSpec) -> dict[Multiplier, str]:
    """Multipliers of a machine, and what the names of the modules of each end in."""
    used = spec.arithmetic[: spec.cols] if spec.form == "columns" else spec.arithmetic
    distinct = list(dict.fromkeys(used))
    return {x: f"_{number}" if distinct[1:] else "" for number, x in enumerate(distinct)}


def elements_of(design: Hierarchy, spec: MachineSpec) -> list[Element]:
    """Elements in a mapped design."""
    counts = design.instances
    kinds = {f"pe{label}": x for x, label in kinds_of(spec).items()}
    others = {name: _drives(name) for name in counts if name not in kinds}
    wanted = [x for x in counts if x in kinds or others[x] != (None, None)]
    found = []
    for name, netlist in design.netlists(wanted).items():
        if name in kinds:
            parts = pe_parts(netlist, spec.arithmetic[0].w_kind.width)
            drive, load = pe_cycles, load_cycles
        else:
            cells = (*netlist.gates, *netlist.flip_flops)
            parts = dict.fromkeys([x.name for x in cells], group_of(name))
            drive, load = others[name]
        found.append(
            Element(
                module=name,
                count=counts[name],
                parted=PartedNetlist(netlist, design.technology, parts),
                drive=drive,
                load=load,
                multiplier=kinds.get(name),
            )
        )
    return found


def _drives(module: str) -> tuple[Drive | None, Drive | None]:
    """How a module is driven while positions stream, and while weights are loaded."""
    if depth := re.fullmatch(r"activation_delay_(\d+)", module):
        return partial(delay_cycles, depth=int(depth[1])), None
    if module == "range_modes_circuit":
        return None, range_cycles
    return next((x for pattern, x in _DRIVES if re.fullmatch(pattern, module)), None), None
