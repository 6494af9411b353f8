"""Energy of transitions: every toggle of a net has a price.

A toggle of a net costs ``C * V**2 / 2`` for the net's capacitance (pins and wire), plus what
Liberty states for the inside of cells: the internal power of the output pin that drives it,
and that of the input pins that it drives. Rising and falling edges alternate, so a toggle costs
the mean of both. An output pin's energy is the mean over the input pins that can cause the
toggle, each at its own slew, and over the states that the file tells apart. An input pin's
energy is weighted by the share of the cell's states in which the file says it holds; what the
file says without a condition holds in the states left over. Toggles of the input ports count
too: they charge pins of the circuit. Leakage is reported separately.

A flip-flop's outputs toggle for its clock alone. A cycle costs two toggles of every clock pin;
there is no clock tree.

The time step is a quarter of an FO4: pulses that are shorter vanish. Steps of a thirty-second
raised the energy of 8x8 multipliers by 3 to 14 %, in three technologies; without
any glitches it was about a third to a half of that.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hwgen.cost.activity import Words, changes, count_ones, lanes_of, pack, toggles
from hwgen.cost.cell import Cell
from hwgen.cost.netlist import ONE, ZERO, Gate, Netlist
from hwgen.cost.technology import Technology
from hwgen.cost.timing import Timing, pin_load_pf

__all__ = [
    "clock_energy_pj",
    "delay_steps",
    "gate_internal_pj",
    "input_words",
    "lane_energies_pj",
    "source_energies_pj",
    "split_prices_pj",
    "toggle_prices_pj",
    "word_energies_pj",
]

STEPS_PER_FO4 = 4  # time steps in the delay of an inverter that drives four others
CHUNK = 16384  # lanes simulated at once


def delay_steps(timing: Timing, technology: Technology) -> dict[int, int]:
    """Delay of the gate that drives each net, in time steps of a quarter FO4, at least 1."""
    step = technology.fo4_ns / STEPS_PER_FO4
    return {net: max(1, round(delay / step)) for net, delay in timing.gate_delays_ns.items()}


def toggle_prices_pj(netlist: Netlist, timing: Timing, technology: Technology) -> dict[int, float]:
    """Energy of one toggle of every net."""
    prices = {net: load * technology.voltage_v**2 / 2 for net, load in timing.loads_pf.items()}
    for gate in netlist.gates + netlist.flip_flops:
        for pin, net in gate.driven:
            prices[net] += _output_energy_pj(gate, pin, timing)
        for pin, net in zip(gate.cell.inputs, gate.input_nets, strict=True):
            if net in prices:
                prices[net] += _input_energy_pj(gate, pin, timing.slews_ns[net].mean)
    return prices


def split_prices_pj(
    netlist: Netlist, timing: Timing, technology: Technology, parts: Mapping[str, str]
) -> dict[int, dict[str, float]]:
    """What :func:`toggle_prices_pj` gives, split by the parts that cells belong to.

    A pin's charge, its wire's and what the cell states for it are of the cell that reads the
    net; the rest is of the cell that drives it, or of part ``ports``.
    """
    half = technology.voltage_v**2 / 2
    found: dict[int, dict[str, float]] = {net: defaultdict(float) for net in timing.loads_pf}
    left = dict(timing.loads_pf)
    drivers = {}
    for gate in netlist.gates + netlist.flip_flops:
        part = parts[gate.name]
        for pin, net in gate.driven:
            drivers[net] = part
            found[net][part] += _output_energy_pj(gate, pin, timing)
        for pin, net in zip(gate.cell.inputs, gate.input_nets, strict=True):
            if net in found:
                load = pin_load_pf(gate.cell, pin, technology)
                left[net] -= load
                inside = _input_energy_pj(gate, pin, timing.slews_ns[net].mean)
                found[net][part] += load * half + inside
    for net, load in left.items():
        found[net][drivers.get(net, "ports")] += load * half
    return found


def gate_internal_pj(gate: Gate, timing: Timing) -> float:
    """Energy inside a gate when its output and all its inputs toggle once."""
    energy = sum(_output_energy_pj(gate, pin, timing) for pin, _ in gate.driven)
    for pin, net in zip(gate.cell.inputs, gate.input_nets, strict=True):
        energy += _input_energy_pj(gate, pin, timing.slews_ns[net].mean)
    return energy


def clock_energy_pj(netlist: Netlist, prices_pj: dict[int, float]) -> float:
    """Energy of the registers' clock pins in one cycle."""
    pins = [gate.nets[pin] for gate in netlist.flip_flops for pin in gate.cell.clock_pins]
    return 2 * sum((prices_pj[net] for net in set(pins)), 0.0)


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
        before_words, after_words = (input_words(netlist, x, part) for x in (before, after))
        sums = source_energies_pj(netlist, steps, prices_pj, before_words, after_words)
        energies[part] = sums[: part.stop - start]
    return energies


def source_energies_pj(
    netlist: Netlist,
    steps: dict[int, int],
    prices_pj: dict[int, float],
    before: dict[int, Words],
    after: dict[int, Words],
) -> NDArray[np.float64]:
    """Energy of every lane when what drives the gates changes, as :func:`toggles` takes it."""
    sums = np.zeros(64 * len(next(iter(before.values()))))
    for net, planes in toggles(netlist, steps, before, after):
        for weight, plane in enumerate(planes):
            sums += lanes_of(plane) * (prices_pj[net] * 2.0**weight)
    return sums


def word_energies_pj(
    netlist: Netlist,
    steps: dict[int, int],
    prices_pj: dict[int, float],
    before: dict[int, Words],
    after: dict[int, Words],
) -> NDArray[np.float64]:
    """Energy of all 64 lanes of each word together; otherwise as :func:`source_energies_pj`."""
    sums = np.zeros(len(next(iter(before.values()))))
    for net, rows in changes(netlist, steps, before, after):
        sums += prices_pj[net] * count_ones(rows).sum(axis=0, dtype=np.uint32)
    return sums


def input_words(
    netlist: Netlist, codes: dict[str, NDArray[np.int64]], part: slice
) -> dict[int, Words]:
    """Packed lanes of every input net, from raw codes of the ports; ports without any are 0."""
    idle = np.zeros_like(next(iter(codes.values())))
    return {
        net: pack((codes.get(port, idle)[part] >> bit & 1).astype(bool))
        for port, nets in netlist.inputs.items()
        for bit, net in enumerate(nets)
    }


def _output_energy_pj(gate: Gate, pin: str, timing: Timing) -> float:
    """Per rail the mean over causing pins of the mean over states; the rails add up."""
    load = timing.loads_pf[gate.nets[pin]]
    causes = gate.cell.clock_pins or set(gate.cell.inputs)
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for power in gate.cell.pins[pin].powers:
        for related in causes.intersection(power.related or causes):
            slew = timing.slews_ns[gate.nets[related]].mean
            found[power.rail][related].append(power.energy_pj(slew, load))
    return sum(_mean(_mean(x) for x in causes.values()) for causes in found.values())


def _input_energy_pj(gate: Gate, pin: str, slew_ns: float) -> float:
    """Mean over the states that the gate can be in."""
    fixed = tuple((x, net) for x, net in gate.nets.items() if net in (ZERO, ONE))
    powers = gate.cell.pins[pin].powers
    shares = _shares(gate.cell, pin, fixed)
    return sum(
        share * x.energy_pj(slew_ns, 0.0) for x, share in zip(powers, shares, strict=True) if share
    )


@cache
def _shares(cell: Cell, pin: str, fixed: tuple[tuple[str, int], ...]) -> tuple[float, ...]:
    """Share of a cell's states in which each power of an input pin holds.

    Without a condition it holds where no other power of its rail does.
    """
    powers, states = cell.pins[pin].powers, list(_states(cell, dict(fixed)))
    held = [[bool(x.when and x.when.evaluate(pins, 1)) for x in powers] for pins in states]
    shares = []
    for number, power in enumerate(powers):
        rivals = [i for i, x in enumerate(powers) if x.rail == power.rail]
        if power.when is None:
            shares.append(_mean(not any(row[i] for i in rivals) for row in held))
        else:
            shares.append(_mean(row[number] for row in held))
    return tuple(shares)


def _states(cell: Cell, fixed: dict[str, int]) -> Iterator[dict[str, int]]:
    """Values of all pins in every state of a cell; pins that are tied keep their value."""
    names = [*cell.inputs, *cell.state_names[:1]]
    for values in product((0, 1), repeat=len(names)):
        pins = dict(zip(names, values, strict=True))
        if all(pins[x] == value for x, value in fixed.items()):
            pins |= dict.fromkeys(cell.state_names[1:], 1 - pins[names[-1]])
            yield pins | {x: function.evaluate(pins, 1) for x, function in cell.functions.items()}


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
