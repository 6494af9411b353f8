"""Multipliers without the low rows of their partial-product matrix."""

from dataclasses import dataclass

import numpy as np
from amaranth.hdl import Cat, Const, Module
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import check_range

__all__ = ["Perforated"]


@dataclass(frozen=True, kw_only=True)
class Perforated(Multiplier):
    """Product without the ``rows`` low bits of the activation: ``(a - a % 2**rows) * w``."""

    a_kind: OperandKind = U8
    w_kind: OperandKind = S8
    rows: int = 1

    def __post_init__(self) -> None:
        check_range("Perforated", "rows", self.rows, 0, self.a_kind.width - 1)

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        return (np.asarray(a, dtype=np.int64) & (-1 << self.rows)) * np.asarray(w, dtype=np.int64)

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        a, w = self.a_kind.values[None, :] & (-1 << self.rows), self.w_kind.values[None, :]
        return a.astype(np.int32), w.astype(np.int32)

    def create(self) -> MultiplierCircuit:
        return _PerforatedCircuit(self)


class _PerforatedCircuit(MultiplierCircuit):
    def elaborate(self, platform):
        m = Module()
        rows = self.multiplier.rows
        m.d.comb += self.p.eq(Cat(Const(0, rows), self.a[rows:]) * self.w)
        return m
