"""Multipliers that multiply magnitudes and put the sign on the product."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from amaranth.hdl import Module, Mux, Signal
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.circuits.delay import delayed
from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import S8, U8, OperandKind

__all__ = ["SignMagnitude", "SignMagnitudeCircuit"]


@dataclass(frozen=True, kw_only=True)
class SignMagnitude(Multiplier):
    """Base of the families that are defined on unsigned operands.

    A signed operand is taken apart into sign and magnitude, exactly: -128 has the magnitude
    128, which fits eight unsigned bits. The product of the magnitudes is negated when one
    sign is set. An unsigned operand costs none of this.

    Parameters
    ----------
    a_kind, w_kind : OperandKind
        Kinds of the operands.
    """

    a_kind: OperandKind = U8
    w_kind: OperandKind = S8

    @abstractmethod
    def unsigned_product(self, a: NDArray[np.int64], w: NDArray[np.int64]) -> NDArray[np.int64]:
        """Product of two magnitudes; 0 when one is 0."""

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        a, w = np.asarray(a, dtype=np.int64), np.asarray(w, dtype=np.int64)
        return np.sign(a) * np.sign(w) * self.unsigned_product(np.abs(a), np.abs(w))


class SignMagnitudeCircuit(MultiplierCircuit):
    """Magnitudes, their product, and its sign; a family gives :meth:`multiply`."""

    def multiply(self, m, a, w):
        """Value of the product of the magnitudes ``a`` and ``w``; gates go into module ``m``."""
        raise NotImplementedError

    def elaborate(self, platform):
        m = Module()
        a, w = _magnitude(m, self.a), _magnitude(m, self.w)
        product = Signal(len(a) + len(w))
        m.d.comb += product.eq(self.multiply(m, a, w))
        signs = [x[-1] for x in (self.a, self.w) if x.shape().signed]
        if signs:
            is_negative = signs[0] if len(signs) == 1 else signs[0] ^ signs[1]
            product = Mux(is_negative, -product, product)
        m.d.comb += self.p.eq(delayed(m, product, self.stages))
        return m


def _magnitude(m, operand):
    if not operand.shape().signed:
        return operand
    magnitude = Signal(len(operand))
    m.d.comb += magnitude.eq(Mux(operand[-1], -operand, operand))
    return magnitude
