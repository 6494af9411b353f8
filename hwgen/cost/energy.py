"""Energy of transitions: every toggle of a net has a price.

A toggle of a net costs ``C * V**2 / 2`` for the net's capacitance (pins and wire), plus what
Liberty states for the inside of cells: the internal power of the output pin that drives it,
and that of the input pins that it drives. Rising and falling edges alternate, so a toggle costs
the mean of both. An output pin's energy is the mean over the input pins that can cause the
toggle, each at its own slew, and over the states that the file tells apart. An input pin's
energy is weighted by the share of the cell's states in which the file says it holds. Toggles
of the input ports count too: they charge pins of the circuit. Leakage is reported separately.

The time step is a quarter of an FO4: pulses that are shorter vanish. Steps of a thirty-second
raised the energy of 8x8 multipliers by 3 to 14 %, in three technologies; without
any glitches it was about a third to a half of that.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hwgen.cost.activity import lanes_of, pack, toggles
from hwgen.cost.cell import Cell, Power
from hwgen.cost.function import Function
from hwgen.cost.netlist import Gate, Netlist
from hwgen.cost.technology import Technology
from hwgen.cost.timing import Timing

__all__ = ["delay_steps", "lane_energies_pj", "toggle_prices_pj"]

STEPS_PER_FO4 = 4  # time steps in the delay of an inverter that drives four others
CHUNK = 16384  # lanes simulated at once


def delay_steps(timing: Timing, technology: Technology) -> dict[int, int]:
    """Delay of the gate that drives each net, in time steps of a quarter FO4, at least 1."""
    step = technology.fo4_ns / STEPS_PER_FO4
    return {net: max(1, round(delay / step)) for net, delay in timing.gate_delays_ns.items()}


def toggle_prices_pj(netlist: Netlist, timing: Timing, technology: Technology) -> dict[int, float]:
    """Energy of one toggle of every net."""
    prices = {net: load * technology.voltage_v**2 / 2 for net, load in timing.loads_pf.items()}
    for gate in netlist.gates:
        for pin, net in gate.driven:
            prices[net] += _output_energy_pj(gate, pin, timing)
        for pin, net in zip(gate.cell.inputs, gate.input_nets, strict=True):
            if net in prices:
                prices[net] += _input_energy_pj(gate.cell, pin, timing.slews_ns[net].mean)
    return prices


def lane_energies_pj(
    netlist: Netlist,
    steps: dict[int, int],
    prices_pj: dict[int, float],
    before: dict[str, NDArray[np.int64]],
    after: dict[str, NDArray[np.int64]],
) -> NDArray[np.float64]:
    """Energy of every transition.

    Parameters
    ----------
    netlist : Netlist
        Combinational.
    steps, prices_pj : dict
        From :func:`delay_steps` and :func:`toggle_prices_pj`.
    before, after : dict of str to int64[lanes]
        Raw codes of every input port.
    """
    count = len(next(iter(before.values())))
    energies = np.zeros(count)
    for start in range(0, count, CHUNK):
        part = slice(start, min(start + CHUNK, count))
        inputs = [_input_words(netlist, codes, part) for codes in (before, after)]
        sums = np.zeros(-(-(part.stop - start) // 64) * 64)
        for net, planes in toggles(netlist, steps, *inputs):
            for weight, plane in enumerate(planes):
                sums += lanes_of(plane) * (prices_pj[net] * 2.0**weight)
        energies[part] = sums[: part.stop - start]
    return energies


def _input_words(
    netlist: Netlist, codes: dict[str, NDArray[np.int64]], part: slice
) -> dict[int, NDArray[np.uint64]]:
    return {
        net: pack((codes[port][part] >> bit & 1).astype(bool))
        for port, nets in netlist.inputs.items()
        for bit, net in enumerate(nets)
    }


def _output_energy_pj(gate: Gate, pin: str, timing: Timing) -> float:
    """Per rail the mean over causing pins of the mean over states; the rails add up."""
    load = timing.loads_pf[gate.nets[pin]]
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for power in gate.cell.pins[pin].powers:
        for related in power.related or gate.cell.inputs:
            slew = timing.slews_ns[gate.nets[related]].mean
            found[power.rail][related].append(power.energy_pj(slew, load))
    return sum(_mean(_mean(x) for x in causes.values()) for causes in found.values())


def _input_energy_pj(cell: Cell, pin: str, slew_ns: float) -> float:
    return sum(x.energy_pj(slew_ns, 0.0) * _share(cell, x) for x in cell.pins[pin].powers)


def _share(cell: Cell, power: Power) -> float:
    """Share of the cell's input states in which the power's condition holds."""
    if power.when is None:
        return 1.0
    return _mean(
        _holds(cell, power.when, state) for state in product((0, 1), repeat=len(cell.inputs))
    )


def _holds(cell: Cell, when: Function, state: tuple[int, ...]) -> int:
    pins = dict(zip(cell.inputs, state, strict=True))
    pins |= {name: function.evaluate(pins, 1) for name, function in cell.functions.items()}
    return int(when.evaluate(pins, 1))


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
