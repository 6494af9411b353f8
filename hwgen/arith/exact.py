"""The exact product, as the synthesizer makes it."""

from dataclasses import dataclass

import numpy as np
from amaranth.hdl import Module
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import S8, U8, OperandKind

__all__ = ["Exact"]


@dataclass(frozen=True, kw_only=True)
class Exact(Multiplier):
    """Exact product; its circuit is the ``*`` that the synthesizer is free to build."""

    a_kind: OperandKind = U8
    w_kind: OperandKind = S8

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        return np.asarray(a, dtype=np.int64) * np.asarray(w, dtype=np.int64)

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        a, w = self.a_kind.values[None, :], self.w_kind.values[None, :]
        return a.astype(np.int32), w.astype(np.int32)

    def create(self) -> MultiplierCircuit:
        return _ExactCircuit(self)


class _ExactCircuit(MultiplierCircuit):
    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.p.eq(self.a * self.w)
        return m
