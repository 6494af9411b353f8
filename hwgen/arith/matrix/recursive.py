"""Multipliers without the product of the low parts of their operands."""

from dataclasses import dataclass

from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.setting import Setting
from hwgen.errors import check_range

__all__ = ["Recursive"]


@dataclass(frozen=True, kw_only=True)
class Recursive(Matrix):
    """Product built of products of halves, of which low x low is left out.

    The product is ``a * w - (a % 2**a_low) * (w % 2**w_low)``, with ``%`` on the raw codes:
    the recursive family of Zervakis et al., "Control Variate Approximation for DNN
    Accelerators", DAC 2021, there with equal low parts. Reconstructed from its abstract.

    Parameters
    ----------
    a_low, w_low : int
        Bits of the low parts: 1 to one less than the operand's width.
    compensated : bool
        Whether a constant stands in for what is lost.
    """

    a_low: int
    w_low: int
    compensated: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("Recursive", "a_low", self.a_low, 1, self.a_kind.width - 1)
        check_range("Recursive", "w_low", self.w_low, 1, self.w_kind.width - 1)

    def plan(self) -> tuple[Setting, ...]:
        low = (1 << self.w_low) - 1
        setting = Setting(zeros=tuple(low * (i < self.a_low) for i in range(self.a_kind.width)))
        return (setting.compensated(self.a_kind, self.w_kind) if self.compensated else setting,)
