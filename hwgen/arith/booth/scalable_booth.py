"""Reconfigurable Booth rows whose modes leave out digits and cut off operand bits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.booth.truncated_booth import TruncatedBooth
from hwgen.arith.booth.truncated_booth_circuit import TruncatedBoothCircuit
from hwgen.arith.matrix.steps import check_steps
from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import S8, U8, OperandKind, check_kinds
from hwgen.errors import check_range

__all__ = ["ScalableBooth"]


@dataclass(frozen=True, kw_only=True)
class ScalableBooth(Multiplier):
    """Modes that leave out more and more weight digits and activation bits.

    Each mode is a :class:`TruncatedBooth`: leaving out ``k`` digits rounds the weight to
    ``2 * k`` bits fewer. The digits of a weight are gated, three gates each, and the low
    activation bits once for all rows; in a weight-stationary array the gates do not toggle,
    since the mode stays with the weight.

    Parameters
    ----------
    a_kind, w_kind : OperandKind
        Kinds of the operands.
    steps : tuple of (int, int)
        Per mode, low weight digits left out, and low activation bits cut off. The first step
        has the smallest of both.
    cut : int
        Low product columns that no mode has, 0 to all but the last.
    """

    a_kind: OperandKind = U8
    w_kind: OperandKind = S8
    steps: tuple[tuple[int, int], ...]
    cut: int = 0

    def __post_init__(self) -> None:
        check_kinds("ScalableBooth", self.a_kind, self.w_kind)
        for digits, bits in self.steps:
            check_range("ScalableBooth", "weight step", digits, 0, self.w_kind.width // 2 - 1)
            check_range("ScalableBooth", "activation step", bits, 0, self.a_kind.width - 1)
        check_range("ScalableBooth", "cut", self.cut, 0, self.a_kind.width + self.w_kind.width - 2)
        check_steps("ScalableBooth", self.steps)

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(f"{mode.a_bits}x{mode.w_bits}" for mode in map(self._fixed, self.steps))

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        return self._fixed(self.steps[mode]).compute(a, w)

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        return self._fixed(self.steps[mode]).factors()

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return TruncatedBoothCircuit(
            self,
            digit_columns=self._fixed((0, 0)).digit_columns,
            cut=self.cut,
            steps=self.steps,
            midpoint=False,
            constant=0,
            encoded="w",
            stages=stages,
        )

    def _fixed(self, step: tuple[int, int]) -> TruncatedBooth:
        """The multiplier that a mode behaves as."""
        digits, bits = step
        return TruncatedBooth(
            a_kind=self.a_kind,
            w_kind=self.w_kind,
            a_bits=self.a_kind.width - bits,
            w_bits=self.w_kind.width - 2 * digits,
            cut=self.cut,
        )
