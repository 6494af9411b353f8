"""A design mapped module by module: what stands in it how often, and netlists of its parts."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hwgen.cost.cache import recall, remember
from hwgen.cost.netlist import Netlist, parse_netlist
from hwgen.cost.synthesis import flow_files
from hwgen.cost.technology import Technology
from hwgen.flow.data import data_path
from hwgen.flow.yosys import run_yosys, yosys_version

__all__ = ["Contents", "Hierarchy", "map_design"]


@dataclass(frozen=True)
class Contents:
    """What stands in a module, modules inside counted as one cell each.

    Parameters
    ----------
    cells : mapping of str to int
    memory_bits : int
        Of memories in the module itself.
    """

    cells: Mapping[str, int]
    memory_bits: int


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """A mapped design.

    Parameters
    ----------
    top : str
    technology : Technology
    source, mapped : mapping of str to Contents
        Modules before and after mapping; black boxes are in ``source`` alone.
    text : str
        RTLIL of the mapped design.
    """

    top: str
    technology: Technology
    source: Mapping[str, Contents]
    mapped: Mapping[str, Contents]
    text: str

    @property
    def instances(self) -> dict[str, int]:
        """How often each module stands in the design, in the order of first use."""
        counts: Counter[str] = Counter()
        waiting = [(self.top, 1)]
        for name, count in waiting:  # grows while it is walked
            counts[name] += count
            cells = self.mapped[name].cells if name in self.mapped else {}
            inside = [(x, count * n) for x, n in cells.items()]
            waiting += [(x, n) for x, n in inside if x not in self.technology.cells]
        return dict(counts)

    def own(self, name: str) -> dict[str, int]:
        """Cells of one instance of a module, by kind, without those of modules inside."""
        cells = self.mapped[name].cells if name in self.mapped else {}
        return {kind: n for kind, n in cells.items() if kind in self.technology.cells}

    def area_um2(self, name: str) -> float:
        """Area of these cells."""
        cells = self.technology.cells
        return sum(n * cells[kind].area_um2 for kind, n in self.own(name).items())

    def memory_bits(self, name: str) -> int:
        """Bits of one instance's memories, if the module was set aside as one."""
        return 0 if name in self.mapped else self._bits(name)

    def _bits(self, name: str) -> int:
        inside = self.source[name].cells.items()
        own = self.source[name].memory_bits
        return own + sum(n * self._bits(kind) for kind, n in inside if kind in self.source)

    def flat(self, name: str) -> Counter[str]:
        """Cells of a module with all modules inside; black boxes count as cells."""
        found: Counter[str] = Counter()
        for kind, number in self.mapped[name].cells.items():
            inside = self.flat(kind) if kind in self.mapped else {kind: 1}
            found.update({x: number * n for x, n in inside.items()})
        return found

    def netlists(self, names: Sequence[str]) -> dict[str, Netlist]:
        """Modules with all modules inside, flattened.

        Names of cells begin with those of the instances that they come from. Black boxes
        inside are cut out: what they drive is an input, what they read an output, each named
        ``instance.port``.
        """
        if not names:
            return {}
        outputs = {name: f"flat{number}.json" for number, name in enumerate(names)}
        script = "".join(_script("flat").format(top=x, output=y) for x, y in outputs.items())
        key = _key("flat", script, self.text)
        kept = _recall(key, tuple(names))
        if kept is None:
            done = run_yosys(script, {"mapped.il": self.text}, outputs.values())
            kept = {name: self._opened(name, done[file]) for name, file in outputs.items()}
            remember(key, json.dumps(kept))
        return {name: parse_netlist(x, name, self.technology) for name, x in kept.items()}

    def _opened(self, name: str, text: str) -> str:
        """Netlist in JSON without its black boxes."""
        module = json.loads(text)["modules"][name]
        cells, ports = module["cells"], module["ports"]
        for instance in [x for x, c in cells.items() if c["type"] not in self.technology.cells]:
            cell = cells.pop(instance)
            short = instance.replace("$flatten", "").replace("\\", "")
            for port, bits in cell["connections"].items():
                out = cell["port_directions"][port] == "output"
                if port not in ("clk", "rst"):
                    direction = "input" if out else "output"
                    ports[f"{short}.{port}"] = {"direction": direction, "bits": bits}
        kept = {"ports": ports, "cells": _with_registers(cells, module, self.technology)}
        return json.dumps({"modules": {name: kept}})


def map_design(
    text: str, top: str, technology: Technology, blackboxes: Sequence[str] = ("memory",)
) -> Hierarchy:
    """Map a design without flattening it; once, as results are cached.

    Parameters
    ----------
    text : str
        Verilog of all its modules.
    top : str
    technology : Technology
    blackboxes : sequence of str
        Modules whose names begin so are left out.
    """
    patterns = [f"blackbox {prefix}*" for prefix in blackboxes]
    script = _script("design").format(top=top, blackboxes="\n".join(patterns))
    inputs = flow_files(technology)
    key = _key("hierarchy", script, text, *inputs.values())
    names = ("source", "mapped", "text")
    kept = _recall(key, names)
    if kept is None:
        outputs = ("source.json", "mapped.json", "mapped.il")
        done = run_yosys(script, inputs | {"design.v": text}, outputs)
        found = [_contents(done["source.json"]), _contents(done["mapped.json"])]
        listed = [json.dumps({name: asdict(x) for name, x in y.items()}) for y in found]
        kept = dict(zip(names, [*listed, done["mapped.il"]], strict=True))
        remember(key, json.dumps(kept))
    source, mapped = (
        {name: Contents(**x) for name, x in json.loads(kept[which]).items()}
        for which in ("source", "mapped")
    )
    return Hierarchy(top, technology, source, mapped, kept["text"])


def _script(name: str) -> str:
    return data_path(f"flows/asic/{name}.ys").read_text(encoding="utf-8")


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join([*parts, yosys_version()]).encode()).hexdigest()


def _recall(key: str, names: Sequence[str]) -> dict[str, str] | None:
    """Texts under a key; what is damaged is none."""
    text = recall(key)
    try:
        found = None if text is None else json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict) or set(found) != set(names):
        return None
    return found if all(isinstance(x, str) for x in found.values()) else None


def _contents(text: str) -> dict[str, Contents]:
    """Modules of the JSON of ``stat``; it puts a backslash before some names."""
    return {
        name.removeprefix("\\"): Contents(
            {kind.removeprefix("\\"): n for kind, n in module["num_cells_by_type"].items()},
            module["num_memory_bits"],
        )
        for name, module in json.loads(text)["modules"].items()
    }


def _with_registers(
    cells: dict[str, Any], module: dict[str, Any], technology: Technology
) -> dict[str, Any]:
    """Cells with what the RTL calls the bits of their flip-flops."""
    called: dict[int, list[str]] = {}
    for name, net in module["netnames"].items():
        for place, bit in enumerate(net["bits"]):
            if not net["hide_name"] and isinstance(bit, int):
                called.setdefault(bit, []).append(f"{name}.{place}")
    found = {}
    for name, cell in cells.items():
        found[name] = {"type": cell["type"], "connections": cell["connections"]}
        if cell["type"] in technology.flip_flops:
            outputs = technology.flip_flops[cell["type"]].outputs
            nets = [bit for pin in outputs for bit in cell["connections"].get(pin, ())]
            found[name]["registers"] = [x for net in nets for x in called.get(net, ())]
    return found
