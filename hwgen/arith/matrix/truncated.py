"""Multipliers that leave out their low product columns."""

from dataclasses import dataclass

from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.setting import Conditioning, Setting
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError, check_range

__all__ = ["Truncated", "TruncatedSteps", "low_columns"]


@dataclass(frozen=True, kw_only=True)
class Truncated(Matrix):
    """Low product columns left out, and low rows.

    Leaving out the bits below a column loses little for each gate saved; rows of the
    activation or the weight that are left out too save the gates above that column. This is
    the broken-array multiplier of Mahdiani et al., "Bio-Inspired Imprecise Computational
    Blocks for Efficient VLSI Implementation of Soft-Computing Applications", IEEE TCAS-I
    57(4), 2010: the cut is its vertical break, left-out rows are its horizontal break, and a
    Dadda tree takes the place of the array.

    What is lost makes products too small on average, unless a constant stands in for it. With
    one, whole columns are the best choice: leaving out the product bits of unsigned operands
    that add the least variance, one after the other, takes column after column.

    Parameters
    ----------
    cut : int
        Product columns left out, counted from the least significant: 0 to all but the last.
    a_rows, w_rows : int
        Low bits of the activation and of the weight whose product bits are left out: 0 to one
        less than the operand's width.
    compensated : bool
        Whether a constant makes up for the mean of what is lost, over uniform operands. The
        product of a zero operand is then not 0.
    """

    cut: int
    a_rows: int = 0
    w_rows: int = 0
    compensated: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        a_width, w_width = self.a_kind.width, self.w_kind.width
        check_range("Truncated", "cut", self.cut, 0, a_width + w_width - 2)
        check_range("Truncated", "a_rows", self.a_rows, 0, a_width - 1)
        check_range("Truncated", "w_rows", self.w_rows, 0, w_width - 1)

    def plan(self) -> tuple[Setting, ...]:
        setting = Setting(
            a=Conditioning(zeros=(1 << self.a_rows) - 1),
            w=Conditioning(zeros=(1 << self.w_rows) - 1),
            zeros=low_columns(self.a_kind, self.w_kind, self.cut),
        )
        return (setting.compensated(self.a_kind, self.w_kind) if self.compensated else setting,)


@dataclass(frozen=True, kw_only=True)
class TruncatedSteps(Matrix):
    """Modes that leave out more and more low product columns.

    Parameters
    ----------
    cuts : tuple of int
        Per mode, product columns left out: ascending, each 0 to all but the last.
    """

    cuts: tuple[int, ...] = (0, 4, 6, 8)

    def __post_init__(self) -> None:
        super().__post_init__()
        for cut in self.cuts:
            check_range("TruncatedSteps", "cut", cut, 0, self.a_kind.width + self.w_kind.width - 2)
        if len(self.cuts) < 2 or list(self.cuts) != sorted(set(self.cuts)):
            raise SpecError(f"TruncatedSteps cuts must be two or more, ascending, not {self.cuts}")

    def plan(self) -> tuple[Setting, ...]:
        return tuple(
            Setting(name=f"cut{cut}", zeros=low_columns(self.a_kind, self.w_kind, cut))
            for cut in self.cuts
        )


def low_columns(a_kind: OperandKind, w_kind: OperandKind, cut: int) -> tuple[int, ...]:
    """Mask per row of the product bits below column ``cut``."""
    every_bit = (1 << w_kind.width) - 1
    return tuple(((1 << max(cut - i, 0)) - 1) & every_bit for i in range(a_kind.width))
