"""LVRM: a reconfigurable Booth multiplier of low variance for every weight."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.booth.lvrm_circuit import LvrmCircuit
from hwgen.arith.booth.truncated_booth import TruncatedBooth
from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import S8, U8, OperandKind, check_kinds
from hwgen.errors import SpecError, check_range

__all__ = ["Lvrm"]


@dataclass(frozen=True, kw_only=True)
class Lvrm(Multiplier):
    """Booth rows of the weight whose low columns can be switched off, mode by mode.

    After Tasoulas et al., "Weight-Oriented Approximation for Energy-Efficient Neural Network
    Inference Accelerators", IEEE TCAS-I 67(12), 2020: chosen wires of an exact multiplier pass
    through switches, nested from mode to mode, so that for at least 90 % of the weights the
    variance of the error over uniform activations is at most 8**2 in ``lvrm1`` and 20**2 in
    ``lvrm2``; a bias update takes the mean away. The paper does not list the wires. These are
    re-derived: :mod:`hwgen.arith.booth.lvrm_search` tries all sets of row bits below the column
    2**7. It starts from an exact Booth multiplier, of least energy while weights are at rest.

    A mode computes what :class:`TruncatedBooth` does with its ``cut``: a row is
    ``abs(digit) * a`` without the bits of the columns below. A zero operand gives 0.

    Parameters
    ----------
    a_kind, w_kind : OperandKind
        Kinds of the operands.
    cuts : tuple of int
        Per mode, product columns switched off, counted from the least significant: ascending
        from 0, which is exact.
    fast : bool
        Whether the last adder computes its carries in parallel.
    """

    a_kind: OperandKind = U8
    w_kind: OperandKind = S8
    cuts: tuple[int, ...] = (0, 4, 5)
    fast: bool = False

    def __post_init__(self) -> None:
        check_kinds("Lvrm", self.a_kind, self.w_kind)
        for cut in self.cuts:
            check_range("Lvrm", "cut", cut, 0, self.a_kind.width + self.w_kind.width - 2)
        if len(self.cuts) < 2 or self.cuts[0] or list(self.cuts) != sorted(set(self.cuts)):
            raise SpecError(f"Lvrm cuts must be two or more, ascending from 0, not {self.cuts}")

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(f"lvrm{number}" for number in range(len(self.cuts)))

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        return self._fixed(mode).compute(a, w)

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        return self._fixed(mode).factors()

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return LvrmCircuit(self, self.cuts, fast=self.fast, stages=stages)

    def _fixed(self, mode: int) -> TruncatedBooth:
        return TruncatedBooth(
            a_kind=self.a_kind,
            w_kind=self.w_kind,
            a_bits=self.a_kind.width,
            w_bits=self.w_kind.width,
            cut=self.cuts[mode],
        )
