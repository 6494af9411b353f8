"""Multipliers that leave out their low product columns."""

from dataclasses import dataclass

from hwgen.arith.matrix import Matrix
from hwgen.arith.operand import OperandKind
from hwgen.arith.setting import Setting
from hwgen.errors import SpecError, check_range

__all__ = ["Truncated", "TruncatedSteps", "low_columns"]


@dataclass(frozen=True, kw_only=True)
class Truncated(Matrix):
    """Low product columns left out.

    The lost bits make products of positive operands too small. ``compensated`` forces the bit
    of row 0 to 1 in each lost column from 2 up, unless it is a sign bit's: the compensation of
    MARLIN (Guella et al., IEEE TCAS-I 71(5), 2024), where a zero operand still gives 0.

    Parameters
    ----------
    cut : int
        Product columns left out, counted from the least significant: 0 to the activation's
        width.
    compensated : bool
        Whether a constant stands in for the lost bits.
    """

    cut: int
    compensated: bool = False

    def __post_init__(self) -> None:
        check_range("Truncated", "cut", self.cut, 0, self.a_kind.width)

    def plan(self) -> tuple[Setting, ...]:
        return (_truncation("fixed", self.a_kind, self.w_kind, self.cut, self.compensated),)

    @property
    def skips_zeros(self) -> bool:
        return self.compensated


@dataclass(frozen=True, kw_only=True)
class TruncatedSteps(Matrix):
    """Modes that leave out more and more low product columns.

    Parameters
    ----------
    cuts : tuple of int
        Per mode, product columns left out: ascending, each 0 to the activation's width.
    """

    cuts: tuple[int, ...] = (0, 4, 6, 8)

    def __post_init__(self) -> None:
        for cut in self.cuts:
            check_range("TruncatedSteps", "cut", cut, 0, self.a_kind.width)
        if len(self.cuts) < 2 or list(self.cuts) != sorted(set(self.cuts)):
            raise SpecError(f"TruncatedSteps cuts must be two or more, ascending, not {self.cuts}")

    def plan(self) -> tuple[Setting, ...]:
        return tuple(
            _truncation(f"cut{cut}", self.a_kind, self.w_kind, cut, False) for cut in self.cuts
        )


def low_columns(a_kind: OperandKind, w_kind: OperandKind, cut: int) -> tuple[int, ...]:
    """Mask per row of the product bits below column ``cut``."""
    every_bit = (1 << w_kind.width) - 1
    return tuple(((1 << max(cut - i, 0)) - 1) & every_bit for i in range(a_kind.width))


def _truncation(
    name: str, a_kind: OperandKind, w_kind: OperandKind, cut: int, compensated: bool
) -> Setting:
    zeros = low_columns(a_kind, w_kind, cut)
    constant = 0
    if compensated:
        positive = (1 << w_kind.width - w_kind.signed) - 1
        constant = zeros[0] & positive & ~0b11
    return Setting(name=name, zeros=zeros, ones=(constant, *(0,) * (a_kind.width - 1)))
