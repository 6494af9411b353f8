"""Registers of a mapped netlist, cycle by cycle: what its gates see before and after an edge."""

from collections.abc import Mapping, Sequence

import numpy as np

from hwgen.cost.activity import Words
from hwgen.cost.netlist import ONE, ZERO, Gate, Netlist

__all__ = ["run_cycles", "settle"]

_ONES = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


def run_cycles(netlist: Netlist, cycles: Sequence[Mapping[int, Words]]) -> list[dict[int, Words]]:
    """Clock a netlist, without delays, many lanes at once.

    Every register starts with 0 and takes its next state at the end of each cycle. All run on
    one clock, and asynchronous resets stay inactive.

    Parameters
    ----------
    netlist : Netlist
    cycles : sequence of mapping of int to uint64[words]
        Values of all input nets in each cycle; the clock's own value does not matter.

    Returns
    -------
    list of dict
        In each cycle, the values of the input nets and of the registers' outputs.
    """
    words = len(next(iter(cycles[0].values())))
    states = {gate.name: np.zeros(words, np.uint64) for gate in netlist.flip_flops}
    seen = []
    for ports in cycles:
        sources = dict(ports)
        for gate in netlist.flip_flops:
            for pin, net in gate.driven:
                sources[net] = gate.cell.functions[pin].evaluate(_pins(gate, states, {}), _ONES)
        seen.append(sources)
        values = settle(netlist, sources)
        states = {
            gate.name: gate.cell.next_state.evaluate(_pins(gate, states, values), _ONES)
            for gate in netlist.flip_flops
        }
    return seen


def settle(netlist: Netlist, sources: Mapping[int, Words]) -> dict[int, Words]:
    """Settled values of all nets, from those of the input nets and the registers' outputs."""
    words = len(next(iter(sources.values())))
    values = {ZERO: np.zeros(words, np.uint64), ONE: np.full(words, _ONES), **sources}
    for gate in netlist.gates:
        pins = {pin: values[gate.nets[pin]] for pin in gate.cell.inputs}
        for pin, net in gate.driven:
            values[net] = gate.cell.functions[pin].evaluate(pins, _ONES)
    return values


def _pins(gate: Gate, states: Mapping[str, Words], values: Mapping[int, Words]) -> dict[str, Words]:
    """What a flip-flop's functions depend on: its state, and the inputs that have a value."""
    state, inverse = gate.cell.state_names
    inputs = {pin: values[net] for pin, net in gate.nets.items() if net in values}
    return {state: states[gate.name], inverse: states[gate.name] ^ _ONES} | inputs
