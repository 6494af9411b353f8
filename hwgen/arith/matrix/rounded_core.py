"""Exact multipliers behind an edge that rounds the activation up, at times to one bit more."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from amaranth.hdl import Module
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.circuits.compressor import BitColumns
from hwgen.arith.circuits.optional_gates import and_gate, extended_bit, or_gate
from hwgen.arith.matrix.setting import Conditioning
from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import S8, OperandKind, check_kinds
from hwgen.errors import SpecError, check_range

__all__ = ["RoundedCore"]


@dataclass(frozen=True, kw_only=True)
class RoundedCore(Multiplier):
    """Product of an activation whose highest bit is set only where no other is.

    Rounding up ends at a power of two, so the highest bit of what is rounded stands alone. It
    needs no row of product bits of its own: where it is set, the row below it holds twice the
    weight. A higher code, which no edge gives, counts as that power of two; for such codes the
    circuit is free to differ.

    Parameters
    ----------
    a_kind : OperandKind
        Unsigned.
    w_kind : OperandKind
    w_bits : int
        Bits that are left of the weight, rounded half up: 1 to its width.
    """

    a_kind: OperandKind
    w_kind: OperandKind = S8
    w_bits: int

    def __post_init__(self) -> None:
        check_kinds("RoundedCore", self.a_kind, self.w_kind)
        check_range("RoundedCore", "w_bits", self.w_bits, 1, self.w_kind.width)
        if self.a_kind.signed:
            raise SpecError(f"RoundedCore a_kind must be unsigned, not {self.a_kind.name}")

    @property
    def highest(self) -> int:
        """Highest activation."""
        return 1 << (self.a_kind.width - 1)

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        rounding = Conditioning(rounding=self.w_kind.width - self.w_bits)
        bits = rounding.bits(np.asarray(w, dtype=np.int64), self.w_kind.width)
        products = np.zeros(np.broadcast_shapes(np.shape(a), np.shape(w)), dtype=np.int64)
        activation = np.minimum(np.asarray(a, dtype=np.int64), self.highest)
        for weight, bit in zip(rounding.weights(self.w_kind), bits, strict=True):
            products += activation * (weight * bit)
        return products

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return _RoundedCoreCircuit(self, stages)


class _RoundedCoreCircuit(MultiplierCircuit):
    """AND rows, the last of the single or double weight, Dadda tree."""

    def elaborate(self, platform):
        m = Module()
        columns = BitColumns(len(self.p))
        lost = len(self.w) - cast(RoundedCore, self.multiplier).w_bits
        *low, last, top = self.a

        def weight(bit):
            return extended_bit(self.w, bit) if bit >= lost else None

        # Stage 1: the rows. The sign bit counts negatively.
        for i, bit in enumerate(low):
            for j in range(lost, len(self.w)):
                is_negative = self.w.shape().signed and j == len(self.w) - 1
                _add(columns, and_gate(m, bit, weight(j)), i + j, is_negative)
        for j in range(lost, len(self.w) + 1):
            single, double = and_gate(m, last, weight(j)), and_gate(m, top, weight(j - 1))
            is_negative = self.w.shape().signed and j == len(self.w)
            _add(columns, or_gate(m, single, double), len(low) + j, is_negative)
        if lost:  # the bit that rounds up counts like the one above it
            for i, bit in enumerate(self.a):
                columns.add(and_gate(m, bit, self.w[lost - 1]), lost + i)

        # Stage 2: add.
        m.d.comb += self.p.eq(columns.total(m, stages=self.stages))
        return m


def _add(columns, bit, column, is_negative):
    (columns.subtract if is_negative else columns.add)(bit, column)
