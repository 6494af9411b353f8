"""A technology: the cells that circuits are mapped to, and what they cost."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hwgen.cost.cell import Cell, Library
from hwgen.cost.figures import check_figures, check_inverter
from hwgen.cost.liberty import Group, read_liberty
from hwgen.errors import SpecError
from hwgen.flow.data import data_path

__all__ = ["Technology"]

GENERIC = "flows/asic/generic.lib"

_MAPPING_GROUPS = {"pin", "ff", "timing", "cell_rise", "cell_fall"}
_MAPPING_GROUPS |= {"rise_transition", "fall_transition", "lu_table_template"}
_INVERTER = (1, 0b01)  # number of inputs and truth table
_NEEDED = {
    "an inverter": {_INVERTER},
    "an AND or NAND of two inputs": {(2, 0b1000), (2, 0b0111)},
    "an OR or NOR of two inputs": {(2, 0b1110), (2, 0b0001)},
    "a flip-flop": set(),
}


@dataclass(frozen=True, eq=False)
class Technology:
    """A Liberty library, and the cells of it that are used.

    Used are the combinational cells with one output and the flip-flops, unless the library
    sets them aside (``dont_use``, isolation and level shifting cells, clock gates). Cells with
    several outputs, such as full adders, are not mapped to.

    Parameters
    ----------
    name : str
        Name of the library.
    digest : str
        SHA-256 of the file's text.
    library : Library
        Units and templates.
    gates, flip_flops : dict of str to Cell
        Used cells by name.
    text : str
        The file's text.
    """

    name: str
    digest: str
    library: Library
    gates: dict[str, Cell]
    flip_flops: dict[str, Cell]
    text: str

    @classmethod
    def load(cls, path: str | None = None) -> "Technology":
        """Read a Liberty file, plain or gzip-compressed; None gives the generic technology."""
        file = data_path(GENERIC) if path is None else Path(path)
        group, text = read_liberty(file)
        try:
            return cls._of(group, text)
        except KeyError as error:
            raise SpecError(f"Liberty file {file} must state {error.args[0]}") from error
        except ValueError as error:
            raise SpecError(f"Liberty file {file} must be usable, but {error}") from error

    @classmethod
    def _of(cls, group: Group, text: str) -> "Technology":
        library = Library(group)
        cells = [Cell(x, library) for x in group.all("cell")]
        gates = {x.name: x for x in cells if x.is_gate}
        flip_flops = {x.name: x for x in cells if x.is_flip_flop}
        digest = hashlib.sha256(text.encode()).hexdigest()
        technology = cls(group.name, digest, library, gates, flip_flops, text)
        missing = [x for x in _NEEDED if not technology._has(x)]
        if missing:
            raise ValueError(f"it lacks {' and '.join(missing)}")
        for cell in technology.cells.values():  # now, where an error can name the file
            check_figures(cell)
        check_inverter(technology.inverter, technology.fo4_ns)
        return technology

    def _has(self, kind: str) -> bool:
        truths = {_truth(cell) for cell in self.gates.values()}
        return bool(truths & _NEEDED[kind]) if _NEEDED[kind] else bool(self.flip_flops)

    @property
    def voltage_v(self) -> float:
        """Supply."""
        return self.library.voltage_v

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """All used cells by name."""
        return self.gates | self.flip_flops

    @cached_property
    def inverter(self) -> Cell:
        """The smallest inverter: what loads, wires and time steps are measured in."""
        found = [x for x in self.gates.values() if _truth(x) == _INVERTER]
        return min(found, key=lambda x: (x.area_um2, x.pins[x.inputs[0]].capacitance_pf, x.name))

    @cached_property
    def unit_load_pf(self) -> float:
        """Input capacitance of the smallest inverter."""
        return self.inverter.pins[self.inverter.inputs[0]].capacitance_pf

    @cached_property
    def fo4_ns(self) -> float:
        """Delay of the smallest inverter that drives four of its kind, mean of both edges."""
        return self._fo4[0]

    @property
    def reference_slew_ns(self) -> float:
        """Slew of that inverter's output, mean of both edges."""
        return self._fo4[1]

    @cached_property
    def _fo4(self) -> tuple[float, float]:
        (arc, *_) = self.inverter.pins[self.inverter.outputs[0]].arcs
        tables = (arc.rise, arc.fall, arc.rise_slew, arc.fall_slew)
        slew, load = 0.0, 4 * self.unit_load_pf
        for _ in range(8):  # a chain of them: the slew settles within a few stages
            rise, fall, rise_slew, fall_slew = (x.at(slew, load) if x else 0.0 for x in tables)
            slew = (rise_slew + fall_slew) / 2
        return (rise + fall) / 2, slew

    @cached_property
    def mapping_liberty(self) -> str:
        """The used cells with function and delay alone: what Yosys maps with, quickly."""
        source = self.library.group
        kept = Group("library", source.arguments, source.simple, source.complex)
        kept.groups = [_reduced(x) for x in source.all("lu_table_template")]
        kept.groups += [_reduced(x.group) for x in self.cells.values()]
        return kept.to_text()


def _truth(cell: Cell) -> tuple[int, int]:
    return len(cell.inputs), cell.functions[cell.outputs[0]].truth(cell.inputs)


def _reduced(group: Group) -> Group:
    kept = Group(group.kind, group.arguments, group.simple, group.complex)
    kept.groups = [_reduced(x) for x in group.groups if x.kind in _MAPPING_GROUPS]
    return kept
