"""Multipliers without the low rows or columns of bits of their operands."""

from dataclasses import dataclass

from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.setting import Conditioning, Setting
from hwgen.errors import check_range

__all__ = ["Perforated"]


@dataclass(frozen=True, kw_only=True)
class Perforated(Matrix):
    """Exact product of truncated operands: low rows of product bits left out.

    The product is ``(a - a % 2**a_rows) * (w - w % 2**w_rows)``: partial-product perforation
    (Zervakis et al., IEEE TVLSI 24(10), 2016) of the low rows of one operand or of both.

    Parameters
    ----------
    a_rows, w_rows : int
        Low bits of the activation and of the weight whose product bits are left out: 0 to one
        less than the operand's width.
    """

    a_rows: int = 0
    w_rows: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("Perforated", "a_rows", self.a_rows, 0, self.a_kind.width - 1)
        check_range("Perforated", "w_rows", self.w_rows, 0, self.w_kind.width - 1)

    def plan(self) -> tuple[Setting, ...]:
        a, w = (Conditioning(zeros=(1 << rows) - 1) for rows in (self.a_rows, self.w_rows))
        return (Setting(a=a, w=w),)
