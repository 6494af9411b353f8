"""What a gate of the inner loop costs in a technology: a quick stand-in for the real flow."""

from dataclasses import dataclass

from hwgen.cost.cell import Cell
from hwgen.cost.technology import Technology

__all__ = ["FUNCTIONS", "GatePrices", "gate_prices"]

FUNCTIONS = (8, 14, 6, 7, 1, 9, 2, 4, 11, 13, 5, 10)  # truth tables that a mutation chooses from
_INVERTER = 5
_LIKE = {2: 8, 4: 8, 11: 14, 13: 14}  # an inverted input counts as AND or OR: mapping absorbs it
_SINKS = 2  # that a typical net drives
_ATTOJOULES = 1e6  # per pJ


@dataclass(frozen=True, kw_only=True)
class GatePrices:
    """By truth table (bit ``x + 2 * y``), 16 integers each; those that no cell has are 0.

    Parameters
    ----------
    area : tuple of int
        In hundredths of a square micrometre.
    output_energy, pin_energy : tuple of int
        Attojoules of a toggle of the output, without its load, and of a net per pin it drives,
        wire included.
    delay : tuple of int
        In delays of an inverter that drives four, at least 1.
    """

    area: tuple[int, ...]
    output_energy: tuple[int, ...]
    pin_energy: tuple[int, ...]
    delay: tuple[int, ...]


def gate_prices(technology: Technology) -> GatePrices:
    """Prices of two-input gates and the inverter: each is the smallest cell of its function."""
    cells = _smallest(technology)
    load = 2 * _SINKS * technology.unit_load_pf  # a pin and its wire count alike
    half = technology.voltage_v**2 / 2
    area, inner, pins, delay = ([0] * 16 for _ in range(4))
    for f in FUNCTIONS:
        cell = cells.get(_LIKE.get(f, f))
        if cell is None:
            continue
        area[f] = round(100 * cell.area_um2)
        inner[f] = round(_ATTOJOULES * _inner_pj(cell, technology, load))
        capacitances = [cell.pins[pin].capacitance_pf for pin in cell.inputs]
        mean = sum(capacitances) / len(capacitances)
        pins[f] = round(_ATTOJOULES * half * (mean + technology.unit_load_pf))
        delay[f] = max(1, round(_delay_ns(cell, technology, load) / technology.fo4_ns))
    return GatePrices(
        area=tuple(area), output_energy=tuple(inner), pin_energy=tuple(pins), delay=tuple(delay)
    )


def _smallest(technology: Technology) -> dict[int, Cell]:
    """Smallest cell by truth table; AND and OR stand in for NAND and NOR and the reverse."""
    found: dict[int, Cell] = {}
    for cell in sorted(technology.gates.values(), key=lambda x: (x.area_um2, x.name)):
        truth = cell.functions[cell.outputs[0]].truth(cell.inputs)
        if len(cell.inputs) == 1 and truth == 1:
            found.setdefault(_INVERTER, cell)
        elif len(cell.inputs) == 2:
            found.setdefault(truth, cell)
    for f in (1, 6, 7):
        pair = [found[g] for g in (f, 15 - f) if g in found]
        if pair:  # the mapping moves inverters about: either polarity costs the cheaper one's
            found[f] = found[15 - f] = min(pair, key=lambda x: x.area_um2)
    return found


def _inner_pj(cell: Cell, technology: Technology, load_pf: float) -> float:
    """Energy of a toggle inside the cell, mean over what the file tells apart."""
    pin = cell.pins[cell.outputs[0]]
    found = [x.energy_pj(technology.reference_slew_ns, load_pf) for x in pin.powers]
    return max(0.0, sum(found) / len(found)) if found else 0.0


def _delay_ns(cell: Cell, technology: Technology, load_pf: float) -> float:
    tables = [x for arc in cell.pins[cell.outputs[0]].arcs for x in (arc.rise, arc.fall) if x]
    times = [x.at(technology.reference_slew_ns, load_pf) for x in tables]
    return sum(times) / len(times) if times else 0.0
