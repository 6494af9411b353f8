"""Cells of a Liberty library: their functions, tables and figures.

Everything here is in ns, pF, V, pJ and nW, whatever units the file uses; areas are in um^2, as
Liberty files mean them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf, nan

from hwgen.cost.function import Function, parse_function
from hwgen.cost.liberty import Group
from hwgen.cost.table import Table, Units, read_table

__all__ = ["Arc", "Cell", "Library", "Pin", "Power"]

_UNUSABLE_FLAGS = ("dont_use", "is_isolation_cell", "is_level_shifter", "always_on", "pad_cell")
_UNUSABLE_GROUPS = {"bus", "bundle", "statetable", "latch", "test_cell"}


@dataclass(frozen=True, eq=False)
class Arc:
    """Delay from an input edge to an output edge, or a setup time; None where none is given.

    Parameters
    ----------
    related : str
        Pin it starts from.
    kind : str
        Liberty's ``timing_type``.
    sense : str
        ``positive_unate``, ``negative_unate`` or ``non_unate``.
    rise, fall : Table or None
        Delay (or setup time) of the output's (or data's) edge.
    rise_slew, fall_slew : Table or None
        Slew of the output's edge.
    """

    related: str
    kind: str
    sense: str
    rise: Table | None
    fall: Table | None
    rise_slew: Table | None
    fall_slew: Table | None


@dataclass(frozen=True, eq=False)
class Power:
    """Energy inside the cell when a pin toggles, without that of its load.

    Parameters
    ----------
    related : tuple of str
        Pins that cause it; empty on an input pin.
    when : Function or None
        States of the cell it holds in.
    rail : str
        Supply pin that delivers it; empty when the file does not tell them apart.
    rise, fall : Table or None
        In pJ.
    """

    related: tuple[str, ...]
    when: Function | None
    rail: str
    rise: Table | None
    fall: Table | None

    def energy_pj(self, slew_ns: float, load_pf: float) -> float:
        """Mean of the rising and the falling edge."""
        tables = [table for table in (self.rise, self.fall) if table is not None]
        return sum(x.at(slew_ns, load_pf) for x in tables) / max(1, len(tables))


@dataclass(frozen=True, eq=False)
class Pin:
    """Electrical figures of a pin."""

    capacitance_pf: float
    arcs: tuple[Arc, ...]
    powers: tuple[Power, ...]


class Library:
    """What the cells of a library share.

    Parameters
    ----------
    group : Group
        The library group.
    """

    def __init__(self, group: Group) -> None:
        self.group = group
        self.units = Units.of(group)
        self.templates = {x.name: x for x in group.groups if x.kind.endswith("lut_template")}
        self.templates |= {x.name: x for x in group.all("lu_table_template")}
        voltage = _number("nom_voltage", group.simple["nom_voltage"])
        if not voltage:
            raise ValueError("nom_voltage must be above 0, not 0")
        self.voltage_v = self.units.voltage * voltage
        self.default_capacitance = group.simple.get("default_input_pin_cap", "0")

    def table(self, parent: Group, kind: str, unit: float) -> Table | None:
        """Table ``kind`` of a timing or power group, if it has one."""
        found = parent.all(kind)
        return read_table(found[0], self.templates, unit, self.units) if found else None


class Cell:
    """A cell of a library; its pins are read from the file's tree when first asked for."""

    def __init__(self, group: Group, library: Library) -> None:
        self.group = group
        self.name = group.name
        self._library = library

    @cached_property
    def area_um2(self) -> float:
        """Area."""
        return _number(f"cell {self.name} area", self.group.simple.get("area", "0"))

    @cached_property
    def leakage_nw(self) -> float:
        """The file's figure for the cell, or the mean over the states it lists."""
        states = [x.simple["value"] for x in self.group.all("leakage_power") if "value" in x.simple]
        stated = self.group.simple.get("cell_leakage_power")
        subject = f"cell {self.name} leakage"
        values = [_number(subject, x) for x in ([stated] if stated else states)]
        return self._library.units.leakage * sum(values) / max(1, len(values))

    @cached_property
    def _groups(self) -> dict[str, Group]:
        return {name: x for x in self.group.all("pin") for name in x.arguments}

    def _names(self, direction: str) -> tuple[str, ...]:
        return tuple(k for k, x in self._groups.items() if x.simple.get("direction") == direction)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the input pins, in file order."""
        return self._names("input")

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Names of the output pins, in file order."""
        return self._names("output")

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Functions of the output pins that have one, over input pins and state variables."""
        texts = {x: self._groups[x].simple.get("function") for x in self.outputs}
        return {name: parse_function(text) for name, text in texts.items() if text is not None}

    @cached_property
    def pins(self) -> dict[str, Pin]:
        """Electrical figures by pin name."""
        found = {}
        for name, group in self._groups.items():
            try:
                found[name] = self._pin(group)
            except ValueError as error:
                raise ValueError(f"cell {self.name} pin {name} {error}") from error
        return found

    @property
    def is_usable(self) -> bool:
        """Whether logic may be mapped to it: plain pins, not set aside by the library."""
        simple = self.group.simple
        return (
            all(simple.get(flag, "false") != "true" for flag in _UNUSABLE_FLAGS)
            and not _UNUSABLE_GROUPS & {x.kind for x in self.group.groups}
            and "clock_gating_integrated_cell" not in simple
            and not any("three_state" in x.simple for x in self.group.all("pin"))
        )

    @cached_property
    def is_gate(self) -> bool:
        """Whether it is a usable cell with one output that is a function of all its inputs."""
        if not self.is_usable or self.group.all("ff") or len(self.outputs) != 1 or not self.inputs:
            return False
        function = self.functions.get(self.outputs[0])
        return function is not None and function.pins == set(self.inputs)

    @property
    def is_flip_flop(self) -> bool:
        """Whether it is a usable cell with one flip-flop, whose functions are of its own pins."""
        flip_flops = self.group.all("ff")
        if not self.is_usable or len(flip_flops) != 1 or len(self.state_names) != 2:
            return False
        if not {"clocked_on", "next_state"} <= set(flip_flops[0].simple):
            return False
        functions = [self.next_state, *self.functions.values()]
        return all(x.pins <= {*self.inputs, *self.state_names} for x in functions)

    @cached_property
    def state_names(self) -> tuple[str, ...]:
        """How a flip-flop's functions call its state and its inverse; empty for a gate."""
        return tuple(name for x in self.group.all("ff") for name in x.arguments)

    @cached_property
    def next_state(self) -> Function:
        """What a flip-flop stores, over its input pins and its state."""
        (flip_flop,) = self.group.all("ff")
        return parse_function(flip_flop.simple["next_state"])

    def is_active(self, what: str, tied: Mapping[str, int]) -> bool:
        """Whether a flip-flop's ``clear`` or ``preset`` can act, with some pins tied."""
        (flip_flop,) = self.group.all("ff")
        text = flip_flop.simple.get(what)
        if text is None:
            return False
        function = parse_function(text)
        return not function.pins <= tied.keys() or bool(function.evaluate(tied, 1))

    @cached_property
    def clock_pins(self) -> frozenset[str]:
        """Pins that a flip-flop is clocked by; none for a gate."""
        clocks = [parse_function(x.simple["clocked_on"]) for x in self.group.all("ff")]
        return frozenset().union(*(x.pins for x in clocks))

    def _pin(self, group: Group) -> Pin:
        return Pin(
            self._library.units.capacitance * self._capacitance(group.simple),
            tuple(self._arc(x, pin) for x in group.all("timing") for pin in _related(x)),
            tuple(self._power(x) for x in group.all("internal_power")),
        )

    def _capacitance(self, simple: dict[str, str]) -> float:
        """What the file states, the mean of both edges, or the library's default."""
        default = self._library.default_capacitance if simple.get("direction") == "input" else "0"
        edges = [simple[x] for x in ("rise_capacitance", "fall_capacitance") if x in simple]
        texts = [simple["capacitance"]] if "capacitance" in simple else edges or [default]
        return sum(_number("capacitance", text) for text in texts) / len(texts)

    def _arc(self, group: Group, related: str) -> Arc:
        kind = group.simple.get("timing_type", "combinational")
        names = ("cell_rise", "cell_fall", "rise_transition", "fall_transition")
        if kind.startswith(("setup", "hold", "recovery", "removal")):
            names = ("rise_constraint", "fall_constraint", "", "")
        time = self._library.units.time
        sense = group.simple.get("timing_sense", "non_unate")
        return Arc(related, kind, sense, *(self._library.table(group, x, time) for x in names))

    def _power(self, group: Group) -> Power:
        library, when = self._library, group.simple.get("when")
        both = library.table(group, "power", library.units.energy)
        return Power(
            _related(group),
            None if when is None else parse_function(when),
            group.simple.get("related_pg_pin", ""),
            library.table(group, "rise_power", library.units.energy) or both,
            library.table(group, "fall_power", library.units.energy) or both,
        )


def _related(group: Group) -> tuple[str, ...]:
    return tuple(group.simple.get("related_pin", "").split())


def _number(subject: str, text: str) -> float:
    """A figure that cannot be negative."""
    try:
        value = float(text)
    except ValueError:
        value = nan
    if not 0 <= value < inf:
        raise ValueError(f"{subject} must be a finite number of at least 0, not {text}")
    return value
