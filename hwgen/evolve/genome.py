"""Netlists as genomes of the search, and back."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.netlist.gate_builder import GateBuilder
from hwgen.arith.netlist.gates import CONSTANTS
from hwgen.arith.netlist.netlist import Netlist
from hwgen.errors import SpecError
from hwgen.kernels.evolution.circuit import WIRE, decode
from hwgen.kernels.evolution.task import Task

__all__ = ["MOST_NODES", "genes_of", "netlist_of", "nodes_for"]

MOST_NODES = 4000
_SPARE = 0.2  # of the gates; room for what evolution adds
_TABLES = {"&": 8, "|": 14, "^": 6, "~": 5}
_GATES = {  # truth table -> gates: kind, whether x, y and the output are inverted
    1: ("|", False, False, True),
    2: ("&", False, True, False),
    4: ("&", True, False, False),
    6: ("^", False, False, False),
    7: ("&", False, False, True),
    8: ("&", False, False, False),
    9: ("^", False, False, True),
    11: ("|", False, True, False),
    13: ("|", True, False, False),
    14: ("|", False, False, False),
}


def nodes_for(netlist: Netlist) -> int:
    """Nodes of a genome that holds the netlist and some spare ones."""
    nodes = len(netlist.gates) + max(8, round(_SPARE * len(netlist.gates)))
    if nodes > MOST_NODES:
        raise SpecError(
            f"seed circuit {netlist.name} must have at most "
            f"{int(MOST_NODES / (1 + _SPARE))} gates, not {len(netlist.gates)}"
        )
    return nodes


def genes_of(netlist: Netlist, nodes: int) -> NDArray[np.int32]:
    """Genome of the netlist; spare nodes, wires of constant 0, are spread among its gates."""
    first = CONSTANTS + netlist.a_kind.width + netlist.w_kind.width
    places = np.arange(len(netlist.gates)) * nodes // max(1, len(netlist.gates))
    nets = [*range(first), *(first + places).tolist()]
    genes = np.zeros((nodes, 3), np.int32)
    genes[:, 0] = WIRE
    for place, gate in zip(places, netlist.gates, strict=True):
        genes[place] = _TABLES[gate.kind], nets[gate.x], nets[gate.y]
    outputs = [nets[net] for net in netlist.outputs]
    return np.concatenate((genes.ravel(), np.array(outputs, np.int32)))


def netlist_of(task: Task, genes: NDArray[np.int32], like: Netlist, name: str) -> Netlist:
    """The netlist that a genome stands for, with the operands and the product of another."""
    circuit = decode(task, genes)
    builder = GateBuilder(task.first - CONSTANTS)
    nets = {net: net for net in range(task.first)}
    for net, f, x, y in circuit.gates:
        nets[net] = _added(builder, f, nets[x], nets[y])
    gates, outputs = builder.live(nets[net] for net in circuit.outputs)
    return replace(like, name=name, gates=gates, outputs=outputs)


def _added(builder: GateBuilder, f: int, x: int, y: int) -> int:
    if f == _TABLES["~"]:
        return builder.add("~", x, x)
    kind, *inverted, is_inverted = _GATES[f]
    x, y = (
        builder.add("~", net, net) if flag else net
        for net, flag in zip((x, y), inverted, strict=True)
    )
    net = builder.add(kind, x, y)
    return builder.add("~", net, net) if is_inverted else net
