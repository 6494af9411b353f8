"""The published HEAM multiplier."""

from dataclasses import dataclass, field

import numpy as np
from amaranth.hdl import Module
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.circuits.compressor import BitColumns
from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import U8, OperandKind

__all__ = ["Heam"]


@dataclass(frozen=True, kw_only=True)
class Heam(Multiplier):
    """Exact high rows, and a few compressed bits in place of the four low ones.

    The 8x8 unsigned instance of Zheng et al., "HEAM: High-Efficiency Approximate Multiplier
    Optimization for Deep Neural Networks", ISCAS 2022. With rows ``r[i][k] = a[k] & w[i]``
    the product is ``16 * w[7:4] * a`` plus ``(r0[7] | r1[6]) + r1[7]`` in column 8,
    ``(r2[6] & r3[5]) + (r2[6] | r3[5]) + (r2[7] | r3[6])`` in column 9, and ``r3[7]`` in
    column 10. The low half of the weight hardly counts, which suits weights around 128.
    """

    a_kind: OperandKind = field(default=U8, init=False)
    w_kind: OperandKind = field(default=U8, init=False)

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        a, w = np.asarray(a, dtype=np.int64), np.asarray(w, dtype=np.int64)
        low = sum(bit << column for column, bit in _low_bits(lambda k, i: (a >> k) & (w >> i) & 1))
        return 16 * (w >> 4) * a + low

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return _HeamCircuit(self, stages)


def _low_bits(product):
    """Pairs ``(column, bit)`` that stand for the low rows; ``product(k, i)`` is ``r[i][k]``."""
    either, both = product(6, 2) | product(5, 3), product(6, 2) & product(5, 3)
    return (
        (8, product(7, 0) | product(6, 1)),
        (8, product(7, 1)),
        (9, both),
        (9, either),
        (9, product(7, 2) | product(6, 3)),
        (10, product(7, 3)),
    )


class _HeamCircuit(MultiplierCircuit):
    def elaborate(self, platform):
        m = Module()
        columns = BitColumns(len(self.p))

        def product(k, i):
            return self.a[k] & self.w[i]

        for column, bit in _low_bits(product):
            columns.add(bit, column)
        for i in range(4, 8):
            for k in range(8):
                columns.add(product(k, i), i + k)
        m.d.comb += self.p.eq(columns.total(m, stages=self.stages))
        return m
