"""Reconfigurable multipliers with exact, positive-error and negative-error modes."""

from dataclasses import dataclass

from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.setting import Conditioning, Setting
from hwgen.errors import check_range

__all__ = ["PositiveNegative"]


@dataclass(frozen=True, kw_only=True)
class PositiveNegative(Matrix):
    """Modes: exact (``ze``), positive error (``pe``), negative error (``ne``).

    With ``x = a % 2**rows`` and the error counted as exact minus approximate, ``pe`` takes the
    low activation bits as 0 and errs by ``w * x``, ``ne`` takes them as 1 and errs by
    ``w * (x - (2**rows - 1))``. Signs are those of a positive weight. After Spantidi et al.,
    "Positive/Negative Approximate Multipliers for DNN Accelerators", ICCAD 2021; that ``ne``
    forces the rows to the weight is reconstructed.

    Parameters
    ----------
    rows : int
        Low activation bits that the approximate modes freeze (``z``): 1 to one less than the
        activation's width.
    """

    rows: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("PositiveNegative", "rows", self.rows, 1, self.a_kind.width - 1)

    def plan(self) -> tuple[Setting, ...]:
        low = (1 << self.rows) - 1
        return (
            Setting(name="ze"),
            Setting(name="pe", a=Conditioning(zeros=low)),
            Setting(name="ne", a=Conditioning(ones=low)),
        )
