"""Area and delay of a hierarchical design, every distinct module synthesized once."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hwgen.cost.netlist import parse_netlist
from hwgen.cost.synthesis import flow_files
from hwgen.cost.technology import Technology
from hwgen.cost.timing import analyze
from hwgen.flow.data import data_path
from hwgen.flow.yosys import run_yosys

__all__ = ["DesignCost", "ModuleCost", "design_cost"]

TIMED_CELLS = 4000  # larger modules are not flattened for timing


@dataclass(frozen=True)
class _Contents:
    """What ``stat`` finds in a module, modules inside counted as one cell each."""

    cells: Mapping[str, int]
    memory_bits: int


@dataclass(frozen=True)
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
    patterns = [f"blackbox {prefix}*" for prefix in blackboxes]
    script = _script("design").format(top=top, blackboxes="\n".join(patterns))
    inputs = flow_files(technology)
    outputs = ("source.json", "mapped.json", "mapped.il")
    done = run_yosys(script, inputs | {"design.v": text}, outputs)
    source, mapped = _contents(done["source.json"]), _contents(done["mapped.json"])
    flat = {name: _flat(name, mapped) for name in mapped}
    timed = [
        x for x, n in flat.items() if n.total() <= TIMED_CELLS and not n.keys() & source.keys()
    ]
    delays = _delays(done["mapped.il"], timed, technology)
    modules = []
    for name, count in _instances(top, mapped, technology).items():
        cells = mapped[name].cells if name in mapped else {}
        own = {kind: n for kind, n in cells.items() if kind in technology.cells}
        area_um2 = sum(n * technology.cells[kind].area_um2 for kind, n in own.items())
        bits = 0 if name in mapped else _memory_bits(name, source)
        modules.append(ModuleCost(name, count, sum(own.values()), area_um2, bits, delays.get(name)))
    return DesignCost(tuple(modules))


def _script(name: str) -> str:
    return data_path(f"flows/asic/{name}.ys").read_text(encoding="utf-8")


def _contents(text: str) -> dict[str, _Contents]:
    """Modules of the JSON of ``stat``; it puts a backslash before some names."""
    return {
        name.removeprefix("\\"): _Contents(
            {kind.removeprefix("\\"): n for kind, n in module["num_cells_by_type"].items()},
            module["num_memory_bits"],
        )
        for name, module in json.loads(text)["modules"].items()
    }


def _instances(top: str, mapped: Mapping[str, _Contents], technology: Technology) -> dict[str, int]:
    """How often each module stands in the design; black boxes are modules without contents."""
    counts: Counter[str] = Counter()
    waiting = [(top, 1)]
    for name, count in waiting:  # grows while it is walked
        counts[name] += count
        cells = mapped[name].cells if name in mapped else {}
        waiting += [(x, count * n) for x, n in cells.items() if x not in technology.cells]
    return dict(counts)


def _memory_bits(name: str, source: Mapping[str, _Contents]) -> int:
    inside = source[name].cells.items()
    return source[name].memory_bits + sum(
        number * _memory_bits(kind, source) for kind, number in inside if kind in source
    )


def _flat(name: str, mapped: Mapping[str, _Contents]) -> Counter[str]:
    """Cells of a module with all modules inside; black boxes count as cells."""
    found: Counter[str] = Counter()
    for kind, number in mapped[name].cells.items():
        inside = _flat(kind, mapped) if kind in mapped else {kind: 1}
        found.update({x: number * n for x, n in inside.items()})
    return found


def _delays(text: str, names: Sequence[str], technology: Technology) -> dict[str, float]:
    if not names:
        return {}
    outputs = {name: f"flat{number}.json" for number, name in enumerate(names)}
    script = "".join(_script("flat").format(top=x, output=y) for x, y in outputs.items())
    done = run_yosys(script, {"mapped.il": text}, outputs.values())
    return {
        name: analyze(parse_netlist(done[file], name, technology), technology).delay_ns
        for name, file in outputs.items()
    }
