"""Multipliers that are a masked partial-product matrix."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.edge import Edge
from hwgen.arith.matrix.at_edge import taken_apart
from hwgen.arith.matrix.matrix_circuit import MatrixCircuit
from hwgen.arith.matrix.rounded_core import RoundedCore
from hwgen.arith.matrix.setting import Conditioning, Setting
from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import NARROWEST, S8, U8, OperandKind, check_kinds
from hwgen.errors import SpecError

__all__ = ["MaskedMatrix", "Matrix"]


@dataclass(frozen=True, kw_only=True)
class Matrix(Multiplier):
    """Base of the families whose circuit is a masked partial-product matrix.

    A family is a frozen dataclass with its own parameters and a :meth:`plan`. Operands are
    unsigned or two's complement; the product bits of one sign bit count negatively (Baugh and
    Wooley), so every formula about the masked bits holds on raw codes.

    Parameters
    ----------
    a_kind, w_kind : OperandKind
        Kinds of the operands, of 4 to 9 bits.
    """

    a_kind: OperandKind = U8
    w_kind: OperandKind = S8

    def __post_init__(self) -> None:
        check_kinds(type(self).__name__, self.a_kind, self.w_kind)

    @abstractmethod
    def plan(self) -> tuple[Setting, ...]:
        """What every mode does, mode 0 first."""

    @property
    def skips_zeros(self) -> bool:
        """Whether a zero operand forces the product to 0, whatever the masks give."""
        return False

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(setting.name for setting in _plan(self))

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        setting = _plan(self)[mode]
        a, w = np.asarray(a, dtype=np.int64), np.asarray(w, dtype=np.int64)
        a_bits = setting.a.bits(a, self.a_kind.width)
        w_bits = setting.w.bits(w, self.w_kind.width)
        w_weights = setting.w.weights(self.w_kind)

        shape = np.broadcast_shapes(a.shape, w.shape)
        product = np.full(shape, setting.constant, dtype=np.int64)
        for row, weight in enumerate(setting.a.weights(self.a_kind)):
            kept = _chosen(setting.kept(row, self.w_kind.width), w_weights, w_bits)
            forced = _chosen(setting.forced(row), w_weights)
            product += weight * (a_bits[row] * kept + forced)
        return np.where((a == 0) | (w == 0), 0, product) if self.skips_zeros else product

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        setting = _plan(self)[mode]
        a, w = self.a_kind.values, self.w_kind.values
        a_terms = _terms(setting.a, self.a_kind)
        w_terms = _terms(setting.w, self.w_kind)
        rows, columns = range(self.a_kind.width), range(self.w_kind.width)
        kept = np.array([[setting.product_state(i, j) == "x" for j in columns] for i in rows])

        # Rows with one mask share a factor, and so do columns: take what gives fewer.
        by_row = _merge(kept, a_terms, w_terms)
        by_column = _merge(kept.T, w_terms, a_terms)[::-1]
        u, v = min(by_row, by_column, key=lambda pair: len(pair[0]))

        a_weights, w_weights = setting.a.weights(self.a_kind), setting.w.weights(self.w_kind)
        constant = setting.constant
        constant += sum(a_weights[i] * _chosen(setting.forced(i), w_weights) for i in rows)
        if constant:
            u = np.vstack([u, np.full(len(a), constant)])
            v = np.vstack([v, np.ones_like(w)])
        if self.skips_zeros:
            u, v = u * (a != 0), v * (w != 0)
        return u.astype(np.int32), v.astype(np.int32)

    @property
    def edge(self) -> Edge | None:
        plan = _plan(self)
        found = taken_apart(plan[0], self.a_kind) if len(plan) == 1 else None
        if found is None or found[0].core_kind.width < NARROWEST:
            return None
        transform, setting = found
        if self.skips_zeros and (setting.constant or any(setting.ones) or setting.a.ones):
            return None
        kind, w_kind = transform.core_kind, self.w_kind
        rounding = setting.w.rounding
        if (
            transform.half
            and not kind.signed
            and setting == _weight_rounded(setting.name, rounding)
        ):
            core = RoundedCore(a_kind=kind, w_kind=w_kind, w_bits=w_kind.width - rounding)
            return Edge(transform, core)
        return Edge(transform, MaskedMatrix(a_kind=kind, w_kind=w_kind, settings=(setting,)))

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return MatrixCircuit(self, _plan(self), skips_zeros=self.skips_zeros, stages=stages)


@dataclass(frozen=True, kw_only=True)
class MaskedMatrix(Matrix):
    """Masked partial-product matrix with the masks that are given.

    Parameters
    ----------
    settings : tuple of Setting
        One per mode, of distinct names.
    zero_skip : bool
        Whether a zero operand forces the product to 0.
    """

    settings: tuple[Setting, ...]
    zero_skip: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.settings:
            raise SpecError("MaskedMatrix settings must hold at least one, not ()")
        names = tuple(setting.name for setting in self.settings)
        if len(set(names)) < len(names):
            raise SpecError(f"MaskedMatrix mode names must differ, not {names!r}")
        for setting in self.settings:
            setting.check("MaskedMatrix", self.a_kind.width, self.w_kind.width)

    def plan(self) -> tuple[Setting, ...]:
        return self.settings

    @property
    def skips_zeros(self) -> bool:
        return self.zero_skip


@cache
def _plan(matrix: Matrix) -> tuple[Setting, ...]:
    return matrix.plan()


def _weight_rounded(name: str, rounding: int) -> Setting:
    """The setting that does nothing but round the weight."""
    return Setting(name=name, w=Conditioning(rounding=rounding))


def _chosen(mask: int, weights: list[int], bits: Sequence[Any] = (1,) * 32) -> Any:
    """Sum of the weighted bits that a mask chooses."""
    return sum(
        weight * bit
        for j, (weight, bit) in enumerate(zip(weights, bits, strict=False))
        if (mask >> j) & 1
    )


def _terms(conditioning: Conditioning, kind: OperandKind) -> NDArray[np.int64]:
    """Weighted bits of every code: shape ``(width, codes)``."""
    bits = np.array(conditioning.bits(kind.values, kind.width))
    return np.array(conditioning.weights(kind))[:, None] * bits


def _merge(
    kept: NDArray[np.bool_], row_terms: NDArray[np.int64], column_terms: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Factors of a mask ``[row, column]``: one per distinct row that is not empty."""
    masks, group = np.unique(kept, axis=0, return_inverse=True)
    members = group.reshape(-1)[None, :] == np.flatnonzero(masks.any(axis=1))[:, None]
    return members.astype(np.int64) @ row_terms, masks[masks.any(axis=1)] @ column_terms
