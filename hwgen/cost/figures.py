"""What the figures of a used cell have to be, checked when a Liberty file is read."""

from collections.abc import Iterable

from hwgen.cost.cell import Arc, Cell

__all__ = ["check_figures", "check_inverter"]

_TABLES = {
    "cell_rise": "rise",
    "cell_fall": "fall",
    "rise_transition": "rise_slew",
    "fall_transition": "fall_slew",
}


def check_figures(cell: Cell) -> None:
    """Read all figures of a cell; ValueError where one is wrong or a delay is missing.

    Delay and transition of both edges have to be stated from every input of a gate, and from
    the clock of a flip-flop.
    """
    _ = cell.area_um2, cell.leakage_nw, cell.pins  # checked where they are read
    for pin in cell.functions:
        arcs = cell.pins[pin].arcs
        if cell.is_flip_flop:
            arcs = tuple(x for x in arcs if x.kind.endswith("ing_edge"))
        subject = f"cell {cell.name} pin {pin}"
        for source in sorted(cell.clock_pins or cell.inputs):
            _check_arcs(subject, source, [x for x in arcs if x.related == source])
        strange = {x.related for x in arcs} - set(cell.inputs)
        if strange:
            raise ValueError(f"{subject} must be timed from inputs, not from {min(strange)}")


def check_inverter(cell: Cell, fo4_ns: float) -> None:
    """ValueError unless the inverter that all is measured in has a capacitance and a delay."""
    (pin,) = cell.inputs
    capacitance = cell.pins[pin].capacitance_pf
    if not capacitance > 0:
        subject = f"cell {cell.name} pin {pin} capacitance"
        raise ValueError(f"{subject} must be above 0 in the smallest inverter, not {capacitance}")
    if not fo4_ns > 0:
        delay = f"cell {cell.name} delay with four of its kind as load"
        raise ValueError(f"{delay} must be above 0, not {fo4_ns:g} ns")


def _check_arcs(subject: str, source: str, arcs: Iterable[Arc]) -> None:
    stated = {name for x in arcs for name, field in _TABLES.items() if getattr(x, field)}
    missing = [name for name in _TABLES if name not in stated]
    if missing:
        raise ValueError(f"{subject} must state {' and '.join(missing)} from {source}")
