"""What a clock costs: in flip-flops, and in the cells that gate it."""

from functools import cache

from hwgen.cost.cell import Cell
from hwgen.cost.energy import clock_energy_pj, toggle_prices_pj
from hwgen.cost.netlist import Gate, Netlist
from hwgen.cost.technology import Technology
from hwgen.cost.timing import analyze

__all__ = ["clock_pin_pj"]


@cache
def clock_pin_pj(cell: Cell, technology: Technology) -> float:
    """Energy of a flip-flop's clock pin in one cycle, both edges, with the wire to it."""
    nets = {pin: 2 + place for place, pin in enumerate((*cell.inputs, *cell.outputs))}
    gate = Gate(cell.name, cell, nets)
    inputs: dict[str, tuple[int, ...]] = {pin: (nets[pin],) for pin in cell.inputs}
    outputs: dict[str, tuple[int, ...]] = {pin: (nets[pin],) for pin in cell.outputs}
    netlist = Netlist(cell.name, inputs, outputs, (), (gate,))
    prices = toggle_prices_pj(netlist, analyze(netlist, technology), technology)
    return clock_energy_pj(netlist, prices)
