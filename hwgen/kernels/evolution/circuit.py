"""From the genes of a genome to the gates that they stand for."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwgen.kernels.evolution.task import Task

__all__ = ["INVERTER", "WIRE", "Circuit", "decode", "resolve"]

INVERTER, WIRE = 5, 10  # truth tables: bit x + 2 * y is the output; y does not count here

_Gate = tuple[int, int, int, int]


class Circuit(NamedTuple):
    """Gates ``(net, truth table, x, y)`` in order and the nets of the outputs.

    Nets are the constants 0 and 1, the inputs and the nodes; ``y == x`` for an inverter.
    """

    gates: tuple[_Gate, ...]
    outputs: tuple[int, ...]


def decode(task: Task, genes: NDArray[np.int32]) -> Circuit:
    """The circuit of a genome without its wires, its constants folded, its dead gates gone."""
    return resolve(task, genes)[0]


def resolve(task: Task, genes: NDArray[np.int32]) -> tuple[Circuit, dict[int, int]]:
    """The circuit, and the net that each constant, input and node that is read stands for."""
    listed = genes.tolist()
    nodes = [tuple(listed[k : k + 3]) for k in range(0, 3 * task.nodes, 3)]
    outputs = listed[3 * task.nodes :]
    alias = {net: net for net in range(task.first)}
    gates: dict[int, _Gate] = {}
    for number in sorted(_reached(nodes, outputs, task.first)):
        f, x, y = nodes[number]
        net = task.first + number
        alias[net] = _folded(gates, net, f, alias[x], alias[y])
    outputs = [alias[net] for net in outputs]
    used = set(outputs)
    for net in sorted(gates, reverse=True):
        if net in used:
            used.update(gates[net][2:])
    circuit = Circuit(tuple(gates[net] for net in sorted(gates) if net in used), tuple(outputs))
    return circuit, alias


def _reached(nodes: list[tuple[int, ...]], outputs: list[int], first: int) -> set[int]:
    found = {net - first for net in outputs if net >= first}
    for number in reversed(range(len(nodes))):
        if number in found:
            found.update(net - first for net in nodes[number][1:] if net >= first)
    return found


def _folded(gates: dict[int, _Gate], net: int, f: int, x: int, y: int) -> int:
    """Net that the gate equals; it is added when that is a net of its own."""
    if f == WIRE:
        return x
    if f == INVERTER:
        return _unary(gates, net, 1, 0, x)
    if x < 2:
        return _unary(gates, net, f >> x & 1, f >> (x + 2) & 1, y)
    if y < 2:
        return _unary(gates, net, f >> 2 * y & 1, f >> (2 * y + 1) & 1, x)
    if x == y:
        return _unary(gates, net, f & 1, f >> 3 & 1, x)
    gates[net] = net, f, x, y
    return net


def _unary(gates: dict[int, _Gate], net: int, low: int, high: int, z: int) -> int:
    """The function of ``z`` that is ``low`` where ``z`` is 0 and ``high`` where it is 1."""
    if low == high:
        return low
    if high:
        return z
    if z < 2:
        return 1 - z
    if z in gates and gates[z][1] == INVERTER:
        return gates[z][2]
    gates[net] = net, INVERTER, z, z
    return net
