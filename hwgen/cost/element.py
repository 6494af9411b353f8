"""Area and energy of any clocked component, from its netlist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from amaranth.back import rtlil
from numpy.typing import NDArray

from hwgen.cost.energy import (
    clock_energy_pj,
    delay_steps,
    input_words,
    source_energies_pj,
    toggle_prices_pj,
)
from hwgen.cost.sequential import run_cycles
from hwgen.cost.synthesis import synthesize
from hwgen.cost.technology import Technology
from hwgen.cost.timing import analyze

__all__ = ["ElementCost", "element_cost"]

TOP = "element"


@dataclass(frozen=True, kw_only=True)
class ElementCost:
    """Cost of a component, flattened.

    Parameters
    ----------
    area_um2, register_area_um2 : float
        Of all cells, and of the flip-flops among them.
    registers : int
        Flip-flops.
    delay_ns : float
        Worst path.
    switching_pj, clock_pj : float
        Mean energy of a cycle: all toggles, glitches included, of the ports' too, but for the
        clock's; and that of the registers' clock pins.
    """

    area_um2: float
    register_area_um2: float
    registers: int
    delay_ns: float
    switching_pj: float
    clock_pj: float

    @property
    def energy_pj(self) -> float:
        """Mean energy of a cycle."""
        return self.switching_pj + self.clock_pj


def element_cost(
    component: Any, technology: Technology, cycles: Sequence[Mapping[str, NDArray[np.int64]]]
) -> ElementCost:
    """Synthesize a component and clock it.

    Parameters
    ----------
    component : wiring.Component
    technology : Technology
    cycles : sequence of mapping of str to int64[lanes]
        Raw values of its input ports in some cycles; the edge before the last of them counts.
        Ports without any are 0. Many lanes are many independent components.
    """
    text = rtlil.convert(component, name=TOP, emit_src=False)
    netlist = synthesize(text, TOP, technology, "rtlil")
    timing = analyze(netlist, technology)
    prices = toggle_prices_pj(netlist, timing, technology)
    lanes = len(next(iter(cycles[0].values())))
    words = [input_words(netlist, dict(ports), slice(0, lanes)) for ports in cycles]
    *_, before, after = run_cycles(netlist, words)
    steps = delay_steps(timing, technology)
    energies = source_energies_pj(netlist, steps, prices, before, after)[:lanes]
    return ElementCost(
        area_um2=netlist.area_um2,
        register_area_um2=sum(x.cell.area_um2 for x in netlist.flip_flops),
        registers=len(netlist.flip_flops),
        delay_ns=timing.delay_ns,
        switching_pj=float(energies.mean()),
        clock_pj=clock_energy_pj(netlist, prices),
    )
