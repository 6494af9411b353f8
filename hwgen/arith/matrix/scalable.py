"""Reconfigurable multipliers whose modes freeze more and more low operand bits."""

from dataclasses import dataclass

from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.setting import Conditioning, Setting
from hwgen.arith.matrix.steps import check_steps
from hwgen.arith.matrix.truncated import low_columns
from hwgen.errors import check_range

__all__ = ["Scalable"]


@dataclass(frozen=True, kw_only=True)
class Scalable(Matrix):
    """Modes that take more and more low operand bits as 0.

    A frozen bit is gated before its row or column of product bits, so that a mode costs one
    gate per frozen operand bit, and one array serves layers of very different tolerance.

    Parameters
    ----------
    steps : tuple of (int, int)
        Per mode, low bits of the activation and of the weight that are 0. Each 0 to one less
        than the operand's width; the first step freezes least.
    cut : int
        Low product columns that no mode has, 0 to all but the last: mode 0 is then not exact
        either, but the circuit is smaller and every mode costs less.
    """

    steps: tuple[tuple[int, int], ...]
    cut: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for a_rows, w_rows in self.steps:
            check_range("Scalable", "activation step", a_rows, 0, self.a_kind.width - 1)
            check_range("Scalable", "weight step", w_rows, 0, self.w_kind.width - 1)
        check_range("Scalable", "cut", self.cut, 0, self.a_kind.width + self.w_kind.width - 2)
        check_steps("Scalable", self.steps)

    def plan(self) -> tuple[Setting, ...]:
        a_width, w_width = self.a_kind.width, self.w_kind.width
        return tuple(
            Setting(
                name=f"{a_width - a_rows}x{w_width - w_rows}",
                a=Conditioning(zeros=(1 << a_rows) - 1),
                w=Conditioning(zeros=(1 << w_rows) - 1),
                zeros=low_columns(self.a_kind, self.w_kind, self.cut),
            )
            for a_rows, w_rows in self.steps
        )
