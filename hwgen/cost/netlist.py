"""Mapped, flat netlists as Yosys writes them in JSON."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hwgen.cost.cell import Cell
from hwgen.cost.technology import Technology
from hwgen.errors import SpecError

__all__ = ["ONE", "ZERO", "Gate", "Netlist", "condense", "parse_netlist"]

ZERO, ONE = 0, 1  # nets of the constants; Yosys numbers its nets from 2


@dataclass(frozen=True)
class Gate:
    """An instance of a cell.

    Parameters
    ----------
    name : str
    cell : Cell
    nets : dict of str to int
        Net by pin name.
    registers : tuple of str
        What the RTL calls the register bit that a flip-flop holds, such as ``active.3``, or
        ``valid`` in a register of one bit; a bit may have several names.
    """

    name: str
    cell: Cell
    nets: dict[str, int]
    registers: tuple[str, ...] = ()

    @property
    def input_nets(self) -> tuple[int, ...]:
        """Nets it reads, in the cell's pin order."""
        return tuple(self.nets[pin] for pin in self.cell.inputs)

    @property
    def driven(self) -> tuple[tuple[str, int], ...]:
        """Output pins that are connected, with their nets."""
        return tuple((pin, self.nets[pin]) for pin in self.cell.outputs if pin in self.nets)


@dataclass(frozen=True, eq=False)
class Netlist:
    """A circuit of cells.

    Parameters
    ----------
    name : str
        Of the module.
    inputs, outputs : dict of str to tuple of int
        Nets of each port, least significant bit first. A net is a number; 0 and 1 are the
        constants.
    gates : tuple of Gate
        Combinational ones, every gate after those that drive it.
    flip_flops : tuple of Gate
        The others.
    """

    name: str
    inputs: dict[str, tuple[int, ...]]
    outputs: dict[str, tuple[int, ...]]
    gates: tuple[Gate, ...]
    flip_flops: tuple[Gate, ...]

    @property
    def area_um2(self) -> float:
        """Sum of the cells' areas."""
        return sum(gate.cell.area_um2 for gate in self.gates + self.flip_flops)

    @property
    def leakage_nw(self) -> float:
        """Sum of the cells' leakage."""
        return sum(gate.cell.leakage_nw for gate in self.gates + self.flip_flops)

    @cached_property
    def sinks(self) -> dict[int, list[tuple[Gate, str]]]:
        """Gates and flip-flops that read each net, with the pin they read it by."""
        found: dict[int, list[tuple[Gate, str]]] = defaultdict(list)
        for gate in self.gates + self.flip_flops:
            for pin in gate.cell.inputs:
                found[gate.nets[pin]].append((gate, pin))
        return dict(found)

    @cached_property
    def port_sinks(self) -> Counter[int]:
        """How many output port bits each net drives."""
        return Counter(net for nets in self.outputs.values() for net in nets)


def parse_netlist(text: str, top: str, technology: Technology) -> Netlist:
    """Read module ``top`` from the JSON of ``write_json``, or of :func:`condense`."""
    module = json.loads(text)["modules"][top]
    gates, flip_flops = [], []
    for name, cell in module["cells"].items():
        if cell["type"] in technology.gates:
            gates.append(_gate(name, technology.gates[cell["type"]], cell))
        elif cell["type"] in technology.flip_flops:
            flip_flops.append(_gate(name, technology.flip_flops[cell["type"]], cell))
        else:
            kind = cell["type"]
            raise SpecError(f"circuit {top} must map to cells of {technology.name}, not {kind}")
    ports = {"input": {}, "output": {}}  # type: dict[str, dict[str, tuple[int, ...]]]
    for name, port in module["ports"].items():
        ports[port["direction"]][name] = tuple(map(_net, port["bits"]))
    return Netlist(top, ports["input"], ports["output"], _in_order(gates, top), tuple(flip_flops))


def condense(text: str, names: str, top: str, technology: Technology) -> str:
    """What :func:`parse_netlist` reads of a netlist: a fifth of what Yosys writes.

    ``names`` is the same netlist with all the names that its nets have in the RTL.
    """
    module, called = (json.loads(x)["modules"][top] for x in (text, names))
    found: dict[int, list[str]] = defaultdict(list)
    for name, net in called["netnames"].items():
        if not net["hide_name"]:
            for place, bit in enumerate(net["bits"]):
                found[bit].append(f"{name}.{place}" if len(net["bits"]) > 1 else name)
    cells = {}
    for name, cell in module["cells"].items():
        cells[name] = {"type": cell["type"], "connections": cell["connections"]}
        if cell["type"] in technology.flip_flops:
            bits = called["cells"][name]["connections"]
            outputs = technology.flip_flops[cell["type"]].outputs
            nets = [bit for pin in outputs for bit in bits.get(pin, ())]
            cells[name]["registers"] = [x for net in nets for x in found[net]]
    return json.dumps({"modules": {top: {"ports": module["ports"], "cells": cells}}})


def _gate(name: str, cell: Cell, description: dict[str, Any]) -> Gate:
    pins = {pin: _net(bits[0]) for pin, bits in description["connections"].items() if bits}
    return Gate(name, cell, pins, tuple(description.get("registers", ())))


def _net(bit: int | str) -> int:
    """A net; an undefined bit may be anything, so it is 0."""
    return bit if isinstance(bit, int) else ONE if bit == "1" else ZERO


def _in_order(gates: list[Gate], top: str) -> tuple[Gate, ...]:
    """Every gate after the gates that drive it."""
    driver = {net: gate for gate in gates for _, net in gate.driven}
    waiting = {
        gate.name: {driver[x].name for x in gate.input_nets if x in driver} for gate in gates
    }
    readers: dict[str, list[Gate]] = defaultdict(list)
    for gate in gates:
        for name in waiting[gate.name]:
            readers[name].append(gate)
    ready = [gate for gate in gates if not waiting[gate.name]]
    for gate in ready:  # grows while it is walked
        for reader in readers[gate.name]:
            waiting[reader.name].discard(gate.name)
            if not waiting[reader.name]:
                ready.append(reader)
    if len(ready) < len(gates):
        raise SpecError(f"circuit {top} must be free of combinational loops, but has one")
    return tuple(ready)
