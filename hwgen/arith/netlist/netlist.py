"""Multipliers that are a netlist of gates."""

from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import cast

import numpy as np
from amaranth.hdl import Cat, Const, Module, Signal
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.circuits.delay import delayed
from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.netlist.gates import CONSTANTS, Gate, evaluate, packed_operands
from hwgen.arith.netlist.source import read_source
from hwgen.arith.netlist.verilog_gates import parse_gates
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError, check_choice

__all__ = ["Netlist"]


@dataclass(frozen=True, kw_only=True)
class Netlist(Multiplier):
    """Multiplier given by its gates.

    Nets are numbered: 0 and 1 are the constants, then come the bits of ``a``, of ``w`` and of
    the mode's number, least significant first, then the gates' outputs in order.

    Parameters
    ----------
    name : str
        What the netlist is called.
    a_kind, w_kind, p_kind : OperandKind
        Kinds of the operands and of the product as the netlist has it.
    gates : tuple of Gate
        In an order in which no gate reads a later one's output.
    outputs : tuple of int
        Nets of the product's bits, least significant first.
    mode_names : tuple of str
        One per mode, of letters, digits and underscores. Gates read the mode like an operand,
        so a wire may become a switch that passes a net or a constant.
    """

    name: str
    a_kind: OperandKind
    w_kind: OperandKind
    p_kind: OperandKind = field(repr=False)
    gates: tuple[Gate, ...] = field(repr=False)
    outputs: tuple[int, ...] = field(repr=False)
    mode_names: tuple[str, ...] = field(default=("fixed",), repr=False)

    def __post_init__(self) -> None:
        if len(self.outputs) != self.p_kind.width:
            raise SpecError(
                f"Netlist {self.name} outputs must be {self.p_kind.width} nets, "
                f"not {len(self.outputs)}"
            )
        if not self.mode_names or len(set(self.mode_names)) < len(self.mode_names):
            raise SpecError(
                f"Netlist {self.name} mode_names must be one or more that differ, "
                f"not {self.mode_names}"
            )
        first = CONSTANTS + self.inputs
        for number, gate in enumerate(self.gates, start=first):
            check_choice(f"Netlist {self.name}", "gate", gate.kind, "&|^~")
            if not 0 <= min(gate.x, gate.y) <= max(gate.x, gate.y) < number:
                raise SpecError(
                    f"Netlist {self.name} net {number} must read earlier nets, not {gate}"
                )
        if not all(0 <= net < first + len(self.gates) for net in self.outputs):
            raise SpecError(f"Netlist {self.name} outputs must be its nets, not {self.outputs}")

    @cached_property
    def _hash(self) -> int:
        kinds = (self.a_kind, self.w_kind, self.p_kind)
        return hash((self.name, *kinds, self.gates, self.outputs, self.mode_names))

    def __hash__(self) -> int:
        return self._hash  # thousands of gates are hashed once

    @classmethod
    def load(cls, path: Path) -> "Netlist":
        """Read a Verilog file of one module: see :mod:`hwgen.arith.netlist.verilog_gates`."""
        text = read_source(path, "netlist")
        try:
            return cls.parse(text, str(path))
        except SpecError as error:
            raise SpecError(f"{error}; hwgen multipliers import takes other Verilog") from error

    @classmethod
    def parse(cls, text: str, subject: str) -> "Netlist":
        """Read the text of such a file; ``subject`` names it in errors."""
        return cls(**parse_gates(text, subject)._asdict())

    @property
    def modes(self) -> tuple[str, ...]:
        return self.mode_names

    @property
    def inputs(self) -> int:
        """Nets that no gate drives, but for the constants."""
        return self.a_kind.width + self.w_kind.width + self.mode_width

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        return _products(self, mode)[self.a_kind.encode(a), self.w_kind.encode(w)]

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return _NetlistCircuit(self, stages)


@cache
def _products(netlist: Netlist, mode: int) -> NDArray[np.int64]:
    """Products of all raw code pairs ``[a, w]``: one bit per pair, eight pairs at once."""
    pairs = 1 << (netlist.a_kind.width + netlist.w_kind.width)
    operands = packed_operands(netlist.a_kind, netlist.w_kind)
    constants = np.zeros_like(operands[0]), np.full_like(operands[0], 0xFF)
    number = [constants[(mode >> bit) & 1] for bit in range(netlist.mode_width)]
    nets = evaluate(netlist.gates, [*operands, *number])
    product = np.zeros(pairs, dtype=np.int64)
    for bit, net in enumerate(netlist.outputs):
        product |= np.unpackbits(nets[net], count=pairs).astype(np.int64) << bit
    return netlist.p_kind.decode(product).reshape(1 << netlist.a_kind.width, -1)


class _NetlistCircuit(MultiplierCircuit):
    """Gates as they are given; registers cut their depth into equal parts."""

    def elaborate(self, platform):
        m = Module()
        netlist = cast(Netlist, self.multiplier)
        mode = self.mode if netlist.mode_width else ()
        sources = [Const(0, 1), Const(1, 1), *self.a, *self.w, *mode]
        stage = _stages(netlist, self.stages)
        nets = [{0: source} for source in sources]  # each by the stages that read it

        def read(net, at):
            if net < CONSTANTS:
                return sources[net]
            if at not in nets[net]:
                nets[net][at] = delayed(m, read(net, at - 1), 1)
            return nets[net][at]

        for number, gate in enumerate(netlist.gates, start=len(sources)):
            net, at = Signal(), stage[number]
            m.d.comb += net.eq(gate.apply(read(gate.x, at), read(gate.y, at)))
            nets.append({at: net})
        m.d.comb += self.p.eq(Cat(*(read(net, self.stages) for net in netlist.outputs)))
        return m


def _stages(netlist, stages):
    """How many registers are in front of each net."""
    depth = [0] * (CONSTANTS + netlist.inputs)
    for gate in netlist.gates:
        depth.append(1 + max(depth[gate.x], depth[gate.y]))
    return [level * (stages + 1) // (max(depth) + 1) for level in depth]
