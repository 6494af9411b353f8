"""Multipliers of several modes."""

from dataclasses import replace

from hwgen.arith.booth import Booth
from hwgen.arith.column_masked import ColumnMasked
from hwgen.arith.dypr import DyPR
from hwgen.arith.lvrm import Lvrm
from hwgen.arith.matrix import Matrix
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8
from hwgen.arith.posneg import PositiveNegative
from hwgen.arith.scalable import Scalable
from hwgen.arith.truncated import TruncatedSteps

__all__ = ["ENTRIES"]

_LEVELS = (0, 1, 7, 15, 31, 63, 127, 255)  # of MARLIN's 256, those whose errors are published

_OF_ALL_KINDS: dict[str, Matrix | Booth | Lvrm] = {
    "posneg_3": PositiveNegative(rows=3),
    "scalable_t5": Scalable(steps=((0, 0), (1, 1), (2, 2), (4, 3)), cut=5),
    "truncated_steps": TruncatedSteps(cuts=(0, 5, 7, 8)),
    "column_masked": ColumnMasked(levels=_LEVELS),
    "dypr": DyPR(steps=((0, 0), (0, 2), (1, 1), (1, 3))),
    "lvrm": Lvrm(),
}

ENTRIES: dict[str, Multiplier] = {
    **_OF_ALL_KINDS,
    "posneg_1": PositiveNegative(rows=1),
    "posneg_2": PositiveNegative(rows=2),
    "scalable_a3": Scalable(steps=((0, 0), (1, 0), (2, 0), (3, 0))),
    "scalable_a4_w3": Scalable(steps=((0, 0), (1, 1), (2, 2), (4, 3))),
    "scalable_t6": Scalable(steps=((0, 0), (2, 0), (3, 2), (4, 3)), cut=6),
    "column_masked_4": ColumnMasked(levels=(0, 31, 127, 255)),
    "dypr_a": DyPR(steps=((0, 0), (0, 2), (1, 1), (2, 3)), encoded="a"),
    **{f"{name}_u8": replace(member, w_kind=U8) for name, member in _OF_ALL_KINDS.items()},
    **{f"{name}_s8": replace(member, a_kind=S8) for name, member in _OF_ALL_KINDS.items()},
}
