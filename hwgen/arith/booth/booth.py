"""Multipliers that add radix-4 Booth rows, some of them rounded or left out."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.booth.booth_circuit import BoothCircuit
from hwgen.arith.edge import EdgeTransform
from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import NARROWEST, S8, U8, OperandKind, check_kinds
from hwgen.errors import check_choice

__all__ = ["Booth"]


@dataclass(frozen=True, kw_only=True)
class Booth(Multiplier):
    """Base of the families whose circuit is a set of radix-4 Booth rows.

    The encoded operand ``b`` is the sum of its digits ``d[j] * 4**j`` with
    ``d[j] = -2*b[2j+1] + b[2j] + b[2j-1]`` in -2 to 2, the other operand ``x`` is multiplied
    by each digit. An unsigned operand is extended by a zero bit, so u8 has five digits and s8
    four. The product is the sum of ``round(x, s[j]) * d[j] * 4**j`` over the rows ``j`` that
    :meth:`shifts` keeps, where ``round(x, s)`` is ``x`` rounded half up to a multiple of
    ``2**s``.

    Parameters
    ----------
    a_kind, w_kind : OperandKind
        Kinds of the operands, of 4 to 16 bits.
    encoded : str
        Operand that is Booth-encoded: ``w`` or ``a``. Leaving out digits of the weight only
        quantizes the weight more coarsely; leaving out digits of the activation does not.
    """

    a_kind: OperandKind = U8
    w_kind: OperandKind = S8
    encoded: Literal["a", "w"] = "w"

    def __post_init__(self) -> None:
        check_kinds(type(self).__name__, self.a_kind, self.w_kind, high=16)
        check_choice(type(self).__name__, "encoded", self.encoded, ("a", "w"))

    @abstractmethod
    def shifts(self, mode: int = 0) -> tuple[int | None, ...]:
        """Per row: low bits of the other operand that are rounded away; None for no row."""

    @property
    def rows(self) -> int:
        """Digits of the encoded operand."""
        kind = self.a_kind if self.encoded == "a" else self.w_kind
        return (kind.width + (not kind.signed) + 1) // 2

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        terms = self._terms(np.asarray(a, dtype=np.int64), np.asarray(w, dtype=np.int64), mode)
        shape = np.broadcast_shapes(np.shape(a), np.shape(w))
        return sum((x * y for x, y in terms), np.zeros(shape, dtype=np.int64))

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        terms = self._terms(self.a_kind.values, self.w_kind.values, mode)
        u, v = (np.array(side, dtype=np.int32) for side in zip(*terms, strict=True))
        return u, v

    def _terms(
        self, a: NDArray[np.int64], w: NDArray[np.int64], mode: int
    ) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Pairs of factors of ``a`` and ``w``; rows of equal rounding share one."""
        x, b = (w, a) if self.encoded == "a" else (a, w)
        digits: dict[int, NDArray[np.int64]] = {}
        for row, shift in enumerate(self.shifts(mode)):
            if shift is not None:
                digits[shift] = digits.get(shift, np.zeros_like(b)) + (_digit(b, row) << 2 * row)
        terms = [(_rounded(x, shift), value) for shift, value in digits.items()]
        return [(value, x) for x, value in terms] if self.encoded == "a" else terms

    def create(self, stages: int = 0) -> MultiplierCircuit:
        shifts = [self.shifts(mode) for mode in range(len(self.modes))]
        return BoothCircuit(self, shifts, encoded=self.encoded, fast=self.is_fast, stages=stages)

    @property
    def rounding_edge(self) -> EdgeTransform | None:
        """What rounds the activation for all rows alike, where that is all that rounds."""
        shifts = {shift for shift in self.shifts() if shift is not None}
        if len(self.modes) > 1 or self.encoded == "a" or len(shifts) != 1 or not max(shifts):
            return None
        transform = EdgeTransform(kind=self.a_kind, shift=shifts.pop(), rounding="half_up")
        return transform if transform.core_kind.width >= NARROWEST else None

    @property
    def is_fast(self) -> bool:
        """Whether the circuit's last adder computes its carries in parallel."""
        return False


def _digit(b: NDArray[np.int64], row: int) -> NDArray[np.int64]:
    window = (b << 1) >> (2 * row)  # bits 2*row+1, 2*row, 2*row-1, with b[-1] = 0
    return -2 * ((window >> 2) & 1) + ((window >> 1) & 1) + (window & 1)


def _rounded(x: NDArray[np.int64], shift: int) -> NDArray[np.int64]:
    return ((x + (1 << shift >> 1)) >> shift) << shift
