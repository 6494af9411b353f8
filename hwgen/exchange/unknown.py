"""Products that Verilog leaves unknown."""

from typing import Any

import numpy as np

from hwgen.arith.netlist.gates import packed_operands
from hwgen.arith.operand import OperandKind
from hwgen.exchange.logic import Logic

__all__ = ["first_unknown"]


def first_unknown(
    logic: Logic, a_kind: OperandKind, w_kind: OperandKind
) -> tuple[int, int, int] | None:
    """A bit of the product that is ``x`` or ``z``, and raw codes for which it is; None if none is.

    Evaluates the gates with three values over all operand pairs: of each net, whether it may be
    0 and whether it may be 1. An unknown bit that the operands always mask does no harm.
    """
    if not logic.reads_unknown:
        return None
    operands = packed_operands(a_kind, w_kind)
    zeros = np.zeros_like(operands[0])
    may: list[tuple[Any, Any]] = [(~one, one) for one in (zeros, ~zeros, *operands)]
    may.append((~zeros, ~zeros))  # the unknown value itself
    for kind, x, y in logic.gates:
        (x0, x1), (y0, y1) = may[x], may[y]
        if kind == "~":
            may.append((x1, x0))
        elif kind == "&":
            may.append((x0 | y0, x1 & y1))
        elif kind == "|":
            may.append((x0 & y0, x1 | y1))
        else:
            may.append((x0 & y0 | x1 & y1, x0 & y1 | x1 & y0))
    for bit, net in enumerate(logic.outputs):
        pairs = np.flatnonzero(np.unpackbits(may[net][0] & may[net][1]))
        if pairs.size:
            return bit, *divmod(int(pairs[0]), 1 << w_kind.width)
    return None
