"""Area and delay of a hierarchical design, every distinct module synthesized once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hwgen.cost.hierarchy import Hierarchy, map_design
from hwgen.cost.technology import Technology
from hwgen.cost.timing import analyze

__all__ = ["DesignCost", "ModuleCost", "design_cost"]

TIMED_CELLS = 4000  # larger modules are not flattened for timing


@dataclass(frozen=True, kw_only=True)
class ModuleCost:
    """A module of a design.

    Parameters
    ----------
    name : str
    count : int
        Instances in the whole design.
    cells : int
        Cells of one instance, those of modules inside left out.
    area_um2 : float
        Area of these cells.
    registers : int
        Flip-flops among these cells.
    register_area_um2 : float
        Their area.
    memory_bits : int
        Bits of one instance's memories, when the module was set aside as one.
    delay_ns : float or None
        Worst path of the module with all modules inside, flattened; None for a module that
        holds a memory or more than 4000 cells.
    """

    name: str
    count: int
    cells: int
    area_um2: float
    registers: int
    register_area_um2: float
    memory_bits: int
    delay_ns: float | None


@dataclass(frozen=True)
class DesignCost:
    """Cost of a design: modules in the order of their first use, the top first."""

    modules: tuple[ModuleCost, ...]

    @property
    def area_um2(self) -> float:
        """Area of all cells; memories are not in it."""
        return sum(x.count * x.area_um2 for x in self.modules)

    @property
    def register_area_um2(self) -> float:
        """Area of all flip-flops."""
        return sum(x.count * x.register_area_um2 for x in self.modules)

    @property
    def cells(self) -> int:
        """Number of cells."""
        return sum(x.count * x.cells for x in self.modules)

    @property
    def memory_bits(self) -> int:
        """Bits of all memories."""
        return sum(x.count * x.memory_bits for x in self.modules)


def design_cost(
    verilog_files: Sequence[Path],
    top: str,
    technology: Technology,
    blackboxes: Sequence[str] = ("memory",),
) -> DesignCost:
    """Synthesize a design without flattening it.

    Parameters
    ----------
    verilog_files : sequence of Path
    top : str
        Its top module.
    technology : Technology
    blackboxes : sequence of str
        Modules whose names begin so are memories: their bits are counted, their area is not.
    """
    text = "\n".join(path.read_text(encoding="utf-8") for path in verilog_files)
    design = map_design(text, top, technology, blackboxes)
    delays = _delays(design)
    cells = technology.flip_flops
    modules = []
    for name, count in design.instances.items():
        own = design.own(name)
        registers = {kind: n for kind, n in own.items() if kind in cells}
        modules.append(
            ModuleCost(
                name=name,
                count=count,
                cells=sum(own.values()),
                area_um2=design.area_um2(name),
                registers=sum(registers.values()),
                register_area_um2=sum(n * cells[kind].area_um2 for kind, n in registers.items()),
                memory_bits=design.memory_bits(name),
                delay_ns=delays.get(name),
            )
        )
    return DesignCost(tuple(modules))


def _delays(design: Hierarchy) -> dict[str, float]:
    """Worst paths of the modules that are small enough and hold no memory."""
    flat = {name: design.flat(name) for name in design.mapped}
    timed = [
        name
        for name, cells in flat.items()
        if cells.total() <= TIMED_CELLS and cells.keys() <= design.technology.cells.keys()
    ]
    netlists = design.netlists(timed)
    return {name: analyze(x, design.technology).delay_ns for name, x in netlists.items()}
