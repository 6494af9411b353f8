"""The exact product, in four circuits."""

from dataclasses import dataclass

import numpy as np
from amaranth.hdl import Module
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.booth.booth import Booth
from hwgen.arith.circuits.array_circuit import ArrayCircuit
from hwgen.arith.circuits.delay import delayed
from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.setting import Setting
from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import S8, U8, OperandKind, check_kinds

__all__ = ["Exact", "ExactArray", "ExactBooth", "ExactMatrix"]


@dataclass(frozen=True, kw_only=True)
class Exact(Multiplier):
    """Exact product, as the synthesizer builds ``*``."""

    a_kind: OperandKind = U8
    w_kind: OperandKind = S8

    def __post_init__(self) -> None:
        check_kinds("Exact", self.a_kind, self.w_kind)

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        return np.asarray(a, dtype=np.int64) * np.asarray(w, dtype=np.int64)

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        a, w = self.a_kind.values[None, :], self.w_kind.values[None, :]
        return a.astype(np.int32), w.astype(np.int32)

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return _ExactCircuit(self, stages)


class _ExactCircuit(MultiplierCircuit):
    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.p.eq(delayed(m, self.a * self.w, self.stages))
        return m


@dataclass(frozen=True, kw_only=True)
class ExactMatrix(Matrix):
    """Exact product by an AND matrix and a Dadda tree."""

    def plan(self) -> tuple[Setting, ...]:
        return (Setting(),)


@dataclass(frozen=True, kw_only=True)
class ExactArray(ExactMatrix):
    """Exact product by an AND matrix whose rows are added one after the other."""

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return ArrayCircuit(self, stages)


@dataclass(frozen=True, kw_only=True)
class ExactBooth(Booth):
    """Exact product by radix-4 Booth rows and a Dadda tree.

    Parameters
    ----------
    fast : bool
        Whether the last adder computes its carries in parallel.
    """

    fast: bool = False

    @property
    def is_fast(self) -> bool:
        return self.fast

    def shifts(self, mode: int = 0) -> tuple[int | None, ...]:
        return (0,) * self.rows
