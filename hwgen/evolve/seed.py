"""Seed circuits: any multiplier as a netlist of two-input gates."""

import json
from dataclasses import replace
from typing import Any

from amaranth.back import rtlil

from hwgen.arith.multiplier import Multiplier
from hwgen.arith.netlist.gate_builder import GateBuilder
from hwgen.arith.netlist.gates import CONSTANTS
from hwgen.arith.netlist.netlist import Netlist
from hwgen.errors import SpecError
from hwgen.flow.yosys import run_yosys

__all__ = ["as_netlist", "widened"]

_TOP = "multiplier"
_KINDS = {"$_AND_": "&", "$_OR_": "|", "$_XOR_": "^", "$_NOT_": "~"}
_SCRIPT = f"""read_rtlil design.il
hierarchy -check -top {_TOP}
synth -flatten -noabc -top {_TOP}
abc -g AND,OR,XOR
opt_clean -purge
write_json gates.json
"""


def as_netlist(multiplier: Multiplier, name: str) -> Netlist:
    """The multiplier's circuit in two-input gates, by Yosys unless it is a netlist already.

    Raises
    ------
    SpecError
        The multiplier has modes, or its circuit is not combinational.
    """
    if len(multiplier.modes) > 1:
        raise SpecError(
            f"seed circuit {name} must have one mode, not {len(multiplier.modes)}: "
            f"{', '.join(multiplier.modes)}"
        )
    if isinstance(multiplier, Netlist):
        return widened(replace(multiplier, name=name))
    text = rtlil.convert(multiplier.create(), name=_TOP, emit_src=False)
    found = run_yosys(_SCRIPT, {"design.il": text}, ["gates.json"])
    module = json.loads(found["gates.json"])["modules"][_TOP]
    return widened(_parsed(module, multiplier, name))


def widened(netlist: Netlist) -> Netlist:
    """The same with a product as wide as the operands together, by its sign where it lacks bits.

    A bit that no product of the seed needs may be what a better circuit uses.
    """
    missing = netlist.a_kind.width + netlist.w_kind.width - netlist.p_kind.width
    if missing <= 0:
        return netlist
    fill = netlist.outputs[-1] if netlist.p_kind.signed else 0
    kind = replace(netlist.p_kind, width=netlist.p_kind.width + missing)
    return replace(netlist, p_kind=kind, outputs=(*netlist.outputs, *[fill] * missing))


def _parsed(module: dict[str, Any], multiplier: Multiplier, name: str) -> Netlist:
    """Netlist of a flat module of Yosys' simple gates."""
    bits = {port: x["bits"] for port, x in module["ports"].items()}
    builder = GateBuilder(multiplier.a_kind.width + multiplier.w_kind.width)
    nets: dict[object, int] = {"0": 0, "1": 1}
    nets |= {bit: CONSTANTS + k for k, bit in enumerate((*bits["a"], *bits["w"]))}
    drivers = {x["connections"]["Y"][0]: x for x in module["cells"].values()}

    def net_of(bit: object) -> int:
        if bit not in nets:
            stack = [bit]
            while stack:  # deep circuits: no recursion
                cell = drivers[stack[-1]]
                pins = [x[0] for port, x in cell["connections"].items() if port != "Y"]
                missing = [pin for pin in pins if pin not in nets]
                if missing:
                    stack += missing
                    continue
                x, y = nets[pins[0]], nets[pins[-1]]
                nets[stack.pop()] = builder.add(_KINDS[cell["type"]], x, y)
        return nets[bit]

    gates, outputs = builder.live([net_of(bit) for bit in bits["p"]])
    return Netlist(
        name=name,
        a_kind=multiplier.a_kind,
        w_kind=multiplier.w_kind,
        p_kind=multiplier.product_kind,
        gates=gates,
        outputs=outputs,
    )
