"""Exact multipliers of fewer bits: the baseline that approximation has to beat."""

from dataclasses import dataclass

from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.setting import Conditioning, Setting
from hwgen.errors import check_range

__all__ = ["Precision"]


@dataclass(frozen=True, kw_only=True)
class Precision(Matrix):
    """Exact product of operands rounded to fewer bits.

    Rounding is half up, is part of the circuit and costs one row of product bits per rounded
    operand, but no carry. An array that rounds at its edge, or a network quantized to fewer
    bits, saves that row. Truncating instead is :class:`hwgen.arith.matrix.perforated.Perforated`.

    Parameters
    ----------
    a_bits, w_bits : int
        Bits that are left of the activation and of the weight: 1 to the operand's width.
    """

    a_bits: int
    w_bits: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("Precision", "a_bits", self.a_bits, 1, self.a_kind.width)
        check_range("Precision", "w_bits", self.w_bits, 1, self.w_kind.width)

    def plan(self) -> tuple[Setting, ...]:
        a = Conditioning(rounding=self.a_kind.width - self.a_bits)
        w = Conditioning(rounding=self.w_kind.width - self.w_bits)
        return (Setting(a=a, w=w),)
