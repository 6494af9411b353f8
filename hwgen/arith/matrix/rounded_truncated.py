"""Multipliers of rounded operands that leave out their low product columns."""

from dataclasses import dataclass

from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.setting import Conditioning, Setting
from hwgen.arith.matrix.truncated import low_columns
from hwgen.errors import check_range

__all__ = ["RoundedTruncated"]


@dataclass(frozen=True, kw_only=True)
class RoundedTruncated(Matrix):
    """Product of rounded operands, low product bits left out.

    Rounding half up keeps small activations at 0, where cutting their bits off loses a mean
    that differs from image to image. The product bits that go besides, those of activation bit
    ``i`` and weight bit ``j`` with ``i + j < cut``, save more gates than another bit of
    precision would at the same error.

    Parameters
    ----------
    a_bits, w_bits : int
        Bits that are left of the activation and of the weight: 1 to the operand's width.
    cut : int
        Columns of the operands' own bits that are left out: 0 to all but the last.
    midpoint : bool
        Whether the activation is set to the midpoint of what it loses instead of rounded. Its
        lowest row of product bits is then the weight, which stands still.
    compensated : bool
        Whether a constant makes up for the mean of what is lost, over uniform operands. The
        product of a zero operand is then not 0.
    """

    a_bits: int
    w_bits: int
    cut: int
    midpoint: bool = False
    compensated: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        a_width, w_width = self.a_kind.width, self.w_kind.width
        check_range("RoundedTruncated", "a_bits", self.a_bits, 1, a_width)
        check_range("RoundedTruncated", "w_bits", self.w_bits, 1, w_width)
        check_range("RoundedTruncated", "cut", self.cut, 0, a_width + w_width - 2)

    def plan(self) -> tuple[Setting, ...]:
        lost = self.a_kind.width - self.a_bits
        a = Conditioning(rounding=lost)
        if self.midpoint:
            a = Conditioning(zeros=(1 << lost) - 1, ones=1 << lost >> 1)
        w = Conditioning(rounding=self.w_kind.width - self.w_bits)
        setting = Setting(a=a, w=w, zeros=low_columns(self.a_kind, self.w_kind, self.cut))
        return (setting.compensated(self.a_kind, self.w_kind) if self.compensated else setting,)
