"""Gates of a netlist, and what they compute."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.operand import OperandKind

__all__ = ["AREA", "CONSTANTS", "Gate", "evaluate", "packed_operands"]

CONSTANTS = 2  # nets 0 and 1 are the constants 0 and 1
AREA = {"~": 0.67, "&": 1.33, "|": 1.33, "^": 2.0}  # in two-input NAND gates, about


class Gate(NamedTuple):
    """One gate: ``&``, ``|`` or ``^`` of nets ``x`` and ``y``, or ``~`` of ``x`` (``y == x``)."""

    kind: str
    x: int
    y: int

    def apply(self, x: Any, y: Any) -> Any:
        """The gate's output for values of its inputs: signals, or arrays of packed bits."""
        if self.kind == "&":
            return x & y
        if self.kind == "|":
            return x | y
        return x ^ y if self.kind == "^" else ~x


def evaluate(gates: Sequence[Gate], inputs: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    """Values of all nets for packed values of the input bits."""
    zeros = np.zeros_like(inputs[0])
    nets = [zeros, ~zeros, *inputs]
    for gate in gates:
        nets.append(gate.apply(nets[gate.x], nets[gate.y]))
    return nets


def packed_operands(a_kind: OperandKind, w_kind: OperandKind) -> list[NDArray[np.uint8]]:
    """Operand bits over all raw code pairs ``[a, w]``: one bit per pair, eight to a byte."""
    shape = (1 << a_kind.width, 1 << w_kind.width)
    codes = [np.broadcast_to(code, shape).ravel() for code in np.ogrid[: shape[0], : shape[1]]]
    return [
        np.packbits((code >> bit) & 1)
        for code, kind in zip(codes, (a_kind, w_kind), strict=True)
        for bit in range(kind.width)
    ]
