"""Multipliers of several modes."""

from dataclasses import replace

from hwgen.arith.booth.booth import Booth
from hwgen.arith.booth.dypr import DyPR
from hwgen.arith.booth.lvrm import Lvrm
from hwgen.arith.exact import ExactMatrix
from hwgen.arith.matrix.column_masked import ColumnMasked
from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.posneg import PositiveNegative
from hwgen.arith.matrix.recursive import Recursive
from hwgen.arith.matrix.scalable import Scalable
from hwgen.arith.matrix.switched import Switched
from hwgen.arith.matrix.truncated import Truncated, TruncatedSteps
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8, OperandKind

__all__ = ["ENTRIES"]

_LEVELS = (0, 1, 7, 15, 31, 63, 127, 255)  # of MARLIN's 256, those whose errors are published

_OF_ALL_KINDS: dict[str, Matrix | Booth | Lvrm] = {
    "posneg_3": PositiveNegative(rows=3),
    "scalable_t5": Scalable(steps=((0, 0), (1, 1), (2, 2), (4, 3)), cut=5),
    "truncated_steps": TruncatedSteps(cuts=(0, 5, 7, 8)),
    "column_masked": ColumnMasked(levels=_LEVELS),
    "dypr": DyPR(steps=((0, 0), (0, 2), (1, 1), (1, 3))),
    "lvrm": Lvrm(),
    "lvrm_fast": Lvrm(fast=True),
}

_KINDS = {"": (U8, S8), "_u8": (U8, U8), "_s8": (S8, S8)}


def _switched_recursive(a_kind: OperandKind, w_kind: OperandKind) -> Switched:
    """Exact, and without the product of 3, 4 or 5 low bits of each operand."""
    exact = ExactMatrix(a_kind=a_kind, w_kind=w_kind)
    others = (Recursive(a_kind=a_kind, w_kind=w_kind, a_low=x, w_low=x) for x in (3, 4, 5))
    return Switched(
        a_kind=a_kind,
        w_kind=w_kind,
        names=("exact", "low3", "low4", "low5"),
        members=(exact, *others),
    )


def _switched_truncated(a_kind: OperandKind, w_kind: OperandKind) -> Switched:
    """Exact, and without low columns and rows."""
    exact = ExactMatrix(a_kind=a_kind, w_kind=w_kind)
    others = (
        Truncated(a_kind=a_kind, w_kind=w_kind, cut=cut, a_rows=a, w_rows=w)
        for cut, a, w in ((6, 1, 1), (8, 3, 2), (9, 4, 4))
    )
    return Switched(
        a_kind=a_kind,
        w_kind=w_kind,
        names=("exact", "cut6_a1_w1", "cut8_a3_w2", "cut9_a4_w4"),
        members=(exact, *others),
    )


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
    **{
        f"switched_recursive{suffix}": _switched_recursive(*kinds)
        for suffix, kinds in _KINDS.items()
    },
    **{
        f"switched_truncated{suffix}": _switched_truncated(*kinds)
        for suffix, kinds in _KINDS.items()
    },
}
