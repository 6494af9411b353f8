"""Reasons to doubt an imported multiplier: correct to import, probably wrong to use."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from hwgen.arith.metrics import measure
from hwgen.arith.netlist.netlist import Netlist
from hwgen.arith.operand import OperandKind

__all__ = ["doubts"]


def doubts(netlist: Netlist) -> Iterator[str]:
    """Sentences about what a user should know before using the netlist."""
    table = netlist.table()
    if (table == table[0, 0]).all():
        yield f"every product is {table[0, 0]}, and a search would like how little that costs"
        return
    for operand, axis in (("a", 0), ("w", 1)):
        if not np.ptp(table, axis=axis).any():
            yield f"the product does not depend on {operand}"
    mae = measure(netlist).mae
    zero = float(np.abs(np.multiply.outer(netlist.a_kind.values, netlist.w_kind.values)).mean())
    better = min(_readings(netlist), key=lambda x: measure(x).mae)
    if measure(better).mae < mae / 2:
        yield (
            f"the mean absolute error is {mae:.1f}, but {measure(better).mae:.1f} if it is read as "
            f"{better.a_kind.name} x {better.w_kind.name}: is the signedness as stated?"
        )
    elif mae >= zero:
        yield f"the mean absolute error is {mae:.1f}, no less than {zero:.1f} of a constant 0"


def _readings(netlist: Netlist) -> Iterator[Netlist]:
    """The same gates, with every signedness of the operands."""
    for a_signed in (False, True):
        for w_signed in (False, True):
            yield replace(
                netlist,
                a_kind=OperandKind(netlist.a_kind.width, a_signed),
                w_kind=OperandKind(netlist.w_kind.width, w_signed),
                p_kind=OperandKind(netlist.p_kind.width, a_signed or w_signed),
            )
