"""Cells that stop a clock."""

from dataclasses import dataclass

from hwgen.cost.cell import Cell, Power
from hwgen.cost.clock import clock_pin_pj
from hwgen.cost.technology import Technology
from hwgen.cost.timing import pin_load_pf

__all__ = ["ClockGate", "clock_gate"]


@dataclass(frozen=True, kw_only=True)
class ClockGate:
    """A clock-gating cell.

    Parameters
    ----------
    name : str
    area_um2 : float
    idle_pj : float
        Energy of a cycle in which it holds the clock.
    is_library_cell : bool
        Whether the library has such a cell; otherwise it is a flip-flop and an AND, both somewhat
        more than the latch and the AND that such a cell is made of.
    """

    name: str
    area_um2: float
    idle_pj: float
    is_library_cell: bool


def clock_gate(technology: Technology) -> ClockGate:
    """The smallest one for rising edges: a latch, open while the clock is low, and an AND."""
    library = technology.library
    found = [
        Cell(x, library)
        for x in library.group.all("cell")
        if x.simple.get("clock_gating_integrated_cell") == "latch_posedge"
    ]
    if found:
        cell = min(found, key=lambda x: (x.area_um2, x.name))
        return ClockGate(
            name=cell.name,
            area_um2=cell.area_um2,
            idle_pj=_idle_pj(cell, technology),
            is_library_cell=True,
        )
    flip_flop = min(technology.flip_flops.values(), key=lambda x: (x.area_um2, x.name))
    gates = [x for x in technology.gates.values() if len(x.inputs) == 2]
    both = [x for x in gates if x.functions[x.outputs[0]].truth(x.inputs) in (0b1000, 0b0111)]
    gate = min(both, key=lambda x: (x.area_um2, x.name))
    pin_pj = 2 * pin_load_pf(gate, gate.inputs[0], technology) * technology.voltage_v**2 / 2
    return ClockGate(
        name=f"{flip_flop.name} and {gate.name}",
        area_um2=flip_flop.area_um2 + gate.area_um2,
        idle_pj=clock_pin_pj(flip_flop, technology) + pin_pj,
        is_library_cell=False,
    )


def _idle_pj(cell: Cell, technology: Technology) -> float:
    """Both edges of the clock pin while the enable is low."""
    pins = {x.name: x.simple for x in cell.group.all("pin")}
    (clock,) = [x for x, simple in pins.items() if simple.get("clock_gate_clock_pin") == "true"]
    charge = pin_load_pf(cell, clock, technology) * technology.voltage_v**2 / 2
    slew = technology.reference_slew_ns
    held = [x for x in cell.pins[clock].powers if _holds(x, clock, pins)]
    return 2 * (charge + sum(x.energy_pj(slew, 0.0) for x in held) / max(1, len(held)))


def _holds(power: Power, clock: str, pins: dict[str, dict[str, str]]) -> bool:
    """Whether a power counts while every pin but the clock is low."""
    if power.when is None:
        return True
    states = ({**dict.fromkeys(pins, 0), clock: level} for level in (0, 1))
    return any(power.when.evaluate(state, 1) for state in states)
