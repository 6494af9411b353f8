"""Area and energy of a netlist, split by what its cells are for."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.cost.activity import lanes_of, toggles
from hwgen.cost.energy import delay_steps, input_words, split_prices_pj
from hwgen.cost.netlist import Gate, Netlist
from hwgen.cost.sequential import run_cycles
from hwgen.cost.technology import Technology
from hwgen.cost.timing import analyze

__all__ = ["Cycles", "Lanes", "PartedNetlist", "parts_of"]

Lanes: TypeAlias = NDArray[Any]  # int64, or objects for ports of more than 63 bits
Cycles: TypeAlias = Sequence[Mapping[str, Lanes]]  # values of ports, cycle after cycle
CHUNK = 1024  # lanes simulated at once


def parts_of(
    netlist: Netlist, named: Callable[[Gate], str | None], rest: str = "rest"
) -> dict[str, str]:
    """Part of every cell, by its name.

    A cell that ``named`` does not know belongs to the part that all cells behind it belong to,
    so the multiplexer in front of a register goes with the register; what several parts share
    is ``rest``.

    Parameters
    ----------
    netlist : Netlist
    named : callable
        Part of a cell, or None.
    rest : str
    """
    found: dict[str, str] = {}
    for gate in (*netlist.flip_flops, *reversed(netlist.gates)):
        part = named(gate)
        if part is None:
            sinks = [x for _, net in gate.driven for x, _ in netlist.sinks.get(net, ())]
            behind = {found.get(x.name, rest) for x in sinks}
            is_port = any(net in netlist.port_sinks for _, net in gate.driven)
            part = behind.pop() if len(behind) == 1 and not is_port else rest
        found[gate.name] = part
    return found


class PartedNetlist:
    """A netlist whose area and energy are split.

    What a toggle charges belongs to the cells whose pins it charges, with the wires to them;
    what it costs inside a cell, and at an output port, to that cell. So the registers in front
    of a multiplier do not pay for its inputs.

    Parameters
    ----------
    netlist : Netlist
    technology : Technology
    parts : mapping of str to str
        Of every cell: see :func:`parts_of`.

    Attributes
    ----------
    clocks_pj : dict of str to float
        Energy of the registers' clock pins in one cycle, by part.
    """

    def __init__(self, netlist: Netlist, technology: Technology, parts: Mapping[str, str]) -> None:
        self.netlist = netlist
        self.parts = parts
        timing = analyze(netlist, technology)
        self._steps = delay_steps(timing, technology)
        self._prices = split_prices_pj(netlist, timing, technology, parts)
        clocks = {x.nets[pin] for x in netlist.flip_flops for pin in x.cell.clock_pins}
        self.clocks_pj = {
            part: sum(2 * self._prices[net].get(part, 0.0) for net in clocks)
            for part in dict.fromkeys(parts.values())
        }

    @property
    def areas_um2(self) -> dict[str, float]:
        """Area by part."""
        found: dict[str, float] = defaultdict(float)
        for gate in (*self.netlist.gates, *self.netlist.flip_flops):
            found[self.parts[gate.name]] += gate.cell.area_um2
        return dict(found)

    @property
    def registers(self) -> Counter[str]:
        """Flip-flops by part."""
        return Counter(self.parts[gate.name] for gate in self.netlist.flip_flops)

    def energies_pj(self, cycles: Cycles) -> dict[str, float]:
        """Mean energy by part of the edge before the last cycle, without clock pins.

        Parameters
        ----------
        cycles : sequence of mapping of str to int64[lanes]
            Raw values of the input ports; ports without any are 0. Lanes are independent.
        """
        lanes = len(next(iter(cycles[0].values())))
        found: dict[str, float] = defaultdict(float)
        for start in range(0, lanes, CHUNK):
            part = slice(start, min(start + CHUNK, lanes))
            words = [input_words(self.netlist, dict(ports), part) for ports in cycles]
            *_, before, after = run_cycles(self.netlist, words)
            mask = _mask(part.stop - start)
            for net, planes in toggles(self.netlist, self._steps, before, after):
                bits = (lanes_of(plane & mask).sum() for plane in planes)
                count = sum(int(n) << weight for weight, n in enumerate(bits))
                for name, price in self._prices[net].items():
                    found[name] += count * price / lanes
        return dict(found)


def _mask(lanes: int) -> NDArray[np.uint64]:
    """Words whose bits are the lanes in use."""
    words = np.full(-(-lanes // 64), ~np.uint64(0))
    if lanes % 64:
        words[-1] = np.uint64((1 << lanes % 64) - 1)
    return words
