"""What the checks are about: a multiplier or a processing element, mapped and timed."""

from dataclasses import dataclass

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.cost.activity import Words
from hwgen.cost.characterize import circuit_rtlil
from hwgen.cost.energy import delay_steps, input_words, toggle_prices_pj
from hwgen.cost.netlist import Netlist
from hwgen.cost.operands import Codes, port_codes, uniform_transitions
from hwgen.cost.pe import edge_cycles
from hwgen.cost.sequential import run_cycles
from hwgen.cost.synthesis import synthesize
from hwgen.cost.technology import Technology
from hwgen.cost.timing import Timing, analyze

__all__ = ["TOP", "Circuit", "map_circuit", "uniform_sources"]

TOP = "multiplier"


@dataclass(frozen=True, eq=False)
class Circuit:
    """A circuit in a technology.

    Parameters
    ----------
    name : str
        Of the multiplier.
    pe : bool
        Whether it is a processing element with that multiplier, or the multiplier alone.
    rtlil : str
        What was synthesized.
    technology : Technology
    netlist : Netlist
        What it was mapped to.
    timing : Timing
    """

    name: str
    pe: bool
    rtlil: str
    technology: Technology
    netlist: Netlist
    timing: Timing

    @property
    def steps(self) -> dict[int, int]:
        """Delay of the gate that drives each net, in time steps."""
        return delay_steps(self.timing, self.technology)

    @property
    def prices_pj(self) -> dict[int, float]:
        """Energy of a toggle of each net."""
        return toggle_prices_pj(self.netlist, self.timing, self.technology)


def map_circuit(name: str, technology: Technology, *, pe: bool = False) -> Circuit:
    """Synthesize a multiplier of that name, or a processing element with it."""
    text = circuit_rtlil(name, find(name), pe)
    netlist = synthesize(text, TOP, technology, "rtlil")
    return Circuit(name, pe, text, technology, netlist, analyze(netlist, technology))


def uniform_sources(
    circuit: Circuit, lanes: int, seed: int = 0
) -> tuple[dict[int, Words], dict[int, Words]]:
    """Values of input nets and register outputs before and after transitions.

    Operands are uniform and random; a reconfigurable multiplier is in every mode for an equal
    number of lanes, with all lanes of a mode side by side.
    """
    multiplier = find(circuit.name)
    count = len(multiplier.modes)
    parts = []
    for mode in range(count):
        share = lanes * (mode + 1) // count - lanes * mode // count
        trace = uniform_transitions(share, seed + mode)
        if circuit.pe:
            parts.append(edge_cycles(multiplier, mode, [trace]))
        else:
            parts.append(list(port_codes(multiplier, mode, [trace])))
    cycles = [_joined(codes) for codes in zip(*parts, strict=True)]
    words = [input_words(circuit.netlist, codes, slice(None)) for codes in cycles]
    if circuit.pe:
        *_, before, after = run_cycles(circuit.netlist, words)
        return before, after
    return words[0], words[1]


def _joined(codes: tuple[Codes, ...]) -> Codes:
    return {port: np.concatenate([x[port] for x in codes]) for port in codes[0]}
