"""Import of combinational multipliers from Verilog that others wrote."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.netlist.gate_builder import GateBuilder
from hwgen.arith.netlist.netlist import Netlist
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError, ToolError
from hwgen.exchange.elaboration import Source, evaluated, gates, top_module
from hwgen.exchange.logic import Logic, clock_ports
from hwgen.exchange.names import check_word
from hwgen.exchange.unknown import first_unknown

__all__ = ["Ports", "Source", "import_verilog"]

OPERAND_BITS = (4, 8)
PRODUCT_BITS = 32
SAMPLES = 40  # random pairs that are compared with Yosys' own evaluation, besides the corners

_NAME = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Which ports are operands and product, and how their bits are meant.

    Parameters
    ----------
    a, w, out : str
        Names of the ports of activation, weight and product.
    a_signed, w_signed : bool
        Whether an operand is two's complement. One that the file declares ``signed`` is, too.
        The product is when an operand is, or when it is declared so.
    """

    a: str
    w: str
    out: str
    a_signed: bool = False
    w_signed: bool = False

    def __post_init__(self) -> None:
        names = (self.a, self.w, self.out)
        for name in names:
            _check_name("port", name)
        if len(set(names)) < 3:
            raise SpecError(f"ports a, w and out must be three, not {', '.join(names)}")


def import_verilog(
    source: Source, ports: Ports, *, top: str | None = None, name: str | None = None
) -> Netlist:
    """Read a combinational multiplier as a netlist of gates.

    The gates are those that the author wrote, or that Yosys makes of operators, without
    optimization but for constants and equal gates. A sample of the products is compared with
    Yosys' own evaluation of the source.

    Parameters
    ----------
    source : Source
        Verilog, or SystemVerilog when its name ends in ``.sv``.
    ports : Ports
        Operands of 4 to 8 bits; a product of as many bits as both together, or more.
    top : str, optional
        Module; default: the one that no other uses.
    name : str, optional
        What the netlist is called; default: the name of the module. Letters, digits and
        underscores, and no keyword of Verilog or C: it names modules and arrays.

    Raises
    ------
    SpecError
        The file is no Verilog, or keeps state, has a loop, other ports, a net that nothing or
        more than one thing drives, or a product that is unknown for some operands.
    """
    if top is not None:
        _check_name("top module", top)
    if name is not None:
        check_word("name", name)
    top = top_module(source) if top is None else top
    if not _NAME.fullmatch(top):
        raise source.refusal(f"must have a top module with a plain name, not {top!r}")
    if name is None:
        check_word(f"Verilog {source.name} name of the module", top, "; --name gives another")
    module = gates(source, top)
    kinds = _kinds(source, module, ports)
    bits = [module["ports"][port]["bits"] for port in (ports.a, ports.w, ports.out)]
    logic = Logic(source, module, bits[0] + bits[1], bits[2])
    unknown = first_unknown(logic, *kinds[:2])
    if unknown is not None:
        raise _unknown(source, ports, f"{ports.out}[{unknown[0]}]", *unknown[1:])
    netlist = _netlist(name or top, kinds, logic)
    _compare(source, top, ports, netlist)
    return netlist


def _check_name(subject: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise SpecError(f"{subject} must be a plain Verilog name, not {name!r}")


def _kinds(
    source: Source, module: Mapping[str, Any], ports: Ports
) -> tuple[OperandKind, OperandKind, OperandKind]:
    """Kinds of operands and product; refuses ports that are not as they must be."""
    found = module["ports"]
    for port, direction in ((ports.a, "input"), (ports.w, "input"), (ports.out, "output")):
        if port not in found:
            raise source.refusal(f"must have a port {port}, not only {', '.join(found) or 'none'}")
        if found[port]["direction"] != direction:
            raise source.refusal(
                f"port {port} must be an {direction}, not an {found[port]['direction']}"
            )
    others = [name for name in found if name not in (ports.a, ports.w, ports.out)]
    if others:
        clocks = clock_ports(module, others)
        if clocks:
            raise source.refusal(f"must be combinational, not clocked by port {', '.join(clocks)}")
        raise source.refusal(
            f"must have no ports but {ports.a}, {ports.w} and {ports.out}, not {', '.join(others)}"
        )
    stated = {ports.a: ports.a_signed, ports.w: ports.w_signed, ports.out: False}
    width = {name: len(found[name]["bits"]) for name in stated}
    signed = {name: is_signed or "signed" in found[name] for name, is_signed in stated.items()}
    both = width[ports.a] + width[ports.w]
    limits = {ports.a: OPERAND_BITS, ports.w: OPERAND_BITS, ports.out: (both, PRODUCT_BITS)}
    for port, (low, high) in limits.items():
        if not low <= width[port] <= high:
            raise source.refusal(
                f"port {port} must be {low} to {high} bits wide, not {width[port]}"
            )
    a, w = (OperandKind(width[x], signed[x]) for x in (ports.a, ports.w))
    return a, w, OperandKind(width[ports.out], a.signed or w.signed or signed[ports.out])


def _unknown(source: Source, ports: Ports, what: str, a: int, w: int) -> SpecError:
    return source.refusal(
        f"must give a known product for every pair of codes, "
        f"but {what} is x for {ports.a} = {a}, {ports.w} = {w}"
    )


def _netlist(
    name: str, kinds: tuple[OperandKind, OperandKind, OperandKind], logic: Logic
) -> Netlist:
    builder = GateBuilder(kinds[0].width + kinds[1].width)
    nets = [*range(builder.first), 0]  # no product depends on an unknown value any more
    for kind, x, y in logic.gates:
        nets.append(builder.add(kind, nets[x], nets[y]))
    live, outputs = builder.live(nets[net] for net in logic.outputs)
    return Netlist(
        name=name, a_kind=kinds[0], w_kind=kinds[1], p_kind=kinds[2], gates=live, outputs=outputs
    )


def _pairs(netlist: Netlist) -> NDArray[np.int64]:
    """Raw code pairs: all of the corners, and random ones."""
    widths = (netlist.a_kind.width, netlist.w_kind.width)
    corners = [[0, 1, (1 << x - 1) - 1, 1 << x - 1, (1 << x) - 1] for x in widths]
    rng = np.random.default_rng(0)
    drawn = [rng.integers(0, 1 << x, SAMPLES) for x in widths]
    grid = np.stack([x.ravel() for x in np.meshgrid(*corners)], axis=1)
    return np.concatenate([grid, np.stack(drawn, axis=1)])


def _compare(source: Source, top: str, ports: Ports, netlist: Netlist) -> None:
    pairs = _pairs(netlist)
    a, w = (ports.a, netlist.a_kind.width), (ports.w, netlist.w_kind.width)
    found = evaluated(source, top, a, w, ports.out, pairs.tolist())
    codes = netlist.p_kind.encode(netlist.table()[pairs[:, 0], pairs[:, 1]])
    for (x, y), wanted, code in zip(pairs.tolist(), found, codes.tolist(), strict=True):
        if set(wanted) - {"0", "1"}:
            raise _unknown(source, ports, ports.out, x, y)
        if int(wanted, 2) != code:
            raise ToolError(
                f"Verilog {source.name}: Yosys evaluates {ports.out} as {int(wanted, 2)} "
                f"for {ports.a} = {x}, {ports.w} = {y}, but its gates give {code}"
            )
