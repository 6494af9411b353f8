"""Multipliers of several modes."""

from hwgen.arith.multiplier import Multiplier
from hwgen.arith.posneg import PositiveNegative
from hwgen.arith.scalable import Scalable
from hwgen.arith.truncated import TruncatedSteps

__all__ = ["ENTRIES"]

ENTRIES: dict[str, Multiplier] = {
    **{f"posneg_{rows}": PositiveNegative(rows=rows) for rows in (1, 2, 3)},
    "scalable_a3": Scalable(steps=((0, 0), (1, 0), (2, 0), (3, 0))),
    "scalable_a4_w3": Scalable(steps=((0, 0), (1, 1), (2, 2), (4, 3))),
    "scalable_t5": Scalable(steps=((0, 0), (1, 1), (2, 2), (4, 3)), cut=5),
    "scalable_t6": Scalable(steps=((0, 0), (2, 0), (3, 2), (4, 3)), cut=6),
    "truncated_steps": TruncatedSteps(cuts=(0, 5, 7, 8)),
}
