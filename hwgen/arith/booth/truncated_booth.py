"""Multipliers that leave out the low columns of their Booth rows."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.booth.truncated_booth_circuit import TruncatedBoothCircuit
from hwgen.arith.edge import Edge, EdgeTransform
from hwgen.arith.multiplier import Multiplier, MultiplierCircuit
from hwgen.arith.operand import NARROWEST, S8, U8, OperandKind, check_kinds
from hwgen.errors import check_choice, check_range

__all__ = ["TruncatedBooth"]


@dataclass(frozen=True, kw_only=True)
class TruncatedBooth(Multiplier):
    """Booth rows without their low columns.

    Every radix-4 digit ``d`` of weight ``2**c`` gives a row: ``abs(d) * x`` with the bits cut
    off whose column lies below ``cut``, negated after that where ``d`` is negative. So what is
    lost has the sign of the digit, a zero operand gives 0, and no column below ``cut`` exists.
    A fixed-width Booth multiplier without its correction circuit (Jou et al., IEEE TCAS-II
    46(6), 1999, is one with), since a bias update corrects the mean of every weight for free.

    The encoded operand is rounded half up to fewer bits at no cost: its digits begin at the
    first bit that is kept, and the digit below them is what rounds. The other operand is cut
    off, or set to the midpoint of what was cut off.

    Parameters
    ----------
    a_kind, w_kind : OperandKind
        Kinds of the operands.
    a_bits, w_bits : int
        Bits that are left of the activation and of the weight: 1 to the operand's width.
    cut : int
        Product columns left out, counted from the least significant: 0 to all but the last.
    midpoint : bool
        Whether the highest bit that the operand that is not encoded loses is taken as 1
        instead of 0. That takes most of the mean error away; a zero then gives no zero.
    compensated : bool
        Whether a constant makes up for the mean error of uniform operands, rounded to an
        integer. A zero then gives no zero.
    encoded : str
        Operand that is Booth-encoded: ``w`` or ``a``. What is encoded should change rarely.
    """

    a_kind: OperandKind = U8
    w_kind: OperandKind = S8
    a_bits: int
    w_bits: int
    cut: int = 0
    midpoint: bool = False
    compensated: bool = False
    encoded: Literal["a", "w"] = "w"

    def __post_init__(self) -> None:
        a_width, w_width = self.a_kind.width, self.w_kind.width
        check_kinds("TruncatedBooth", self.a_kind, self.w_kind)
        check_range("TruncatedBooth", "a_bits", self.a_bits, 1, a_width)
        check_range("TruncatedBooth", "w_bits", self.w_bits, 1, w_width)
        check_range("TruncatedBooth", "cut", self.cut, 0, a_width + w_width - 2)
        check_choice("TruncatedBooth", "encoded", self.encoded, ("a", "w"))

    @property
    def digit_columns(self) -> tuple[int, ...]:
        """Log2 of the weight of every digit whose row reaches a column that is kept."""
        kinds = (self.a_kind, self.w_kind)
        encoded, other = kinds if self.encoded == "a" else kinds[::-1]
        bits = self.a_bits if self.encoded == "a" else self.w_bits
        row_width = other.width + (not other.signed) + 1
        columns = range(encoded.width - bits, encoded.width + (not encoded.signed), 2)
        return tuple(column for column in columns if column + row_width > self.cut)

    @property
    def constant(self) -> int:
        """What is added to every product."""
        return _mean_error(replace(self, compensated=False)) if self.compensated else 0

    @property
    def lost_bits(self) -> int:
        """Low bits that the operand that is not encoded loses."""
        if self.encoded == "w":
            return self.a_kind.width - self.a_bits
        return self.w_kind.width - self.w_bits

    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        a, w = np.asarray(a, dtype=np.int64), np.asarray(w, dtype=np.int64)
        b, x = (a, w) if self.encoded == "a" else (w, a)
        x = self._conditioned(x)
        total = np.full(np.broadcast_shapes(a.shape, w.shape), self.constant, dtype=np.int64)
        for column in self.digit_columns:
            digit, shift = _digit(b, column), max(self.cut - column, 0)
            total += np.sign(digit) * (_cut_off(np.abs(digit) * x, shift) << column)
        return total

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        a, w = self.a_kind.values, self.w_kind.values
        b, x = (a, w) if self.encoded == "a" else (w, a)
        x = self._conditioned(x)
        found: dict[bytes, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        for column in self.digit_columns:
            digit, shift = _digit(b, column), max(self.cut - column, 0)
            for size in (1, 2):  # a row is one of two cut multiples of x, or 0
                row = _cut_off(size * x, shift) // size  # even where size is 2
                share = np.where(np.abs(digit) == size, digit << column, 0)
                _, before = found.get(row.tobytes(), (row, np.zeros_like(b)))
                found[row.tobytes()] = (row, before + share)
        terms = [term for term in found.values() if term[0].any()] or [next(iter(found.values()))]
        if self.constant:
            terms.append((np.full_like(x, self.constant), np.ones_like(b)))
        x_side, b_side = (np.array(side, dtype=np.int32) for side in zip(*terms, strict=True))
        return (b_side, x_side) if self.encoded == "a" else (x_side, b_side)

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return TruncatedBoothCircuit(
            self,
            digit_columns=self.digit_columns,
            cut=self.cut,
            steps=((0, self.lost_bits),),
            midpoint=self.midpoint,
            constant=self.constant,
            encoded=self.encoded,
            stages=stages,
        )

    @property
    def edge(self) -> Edge | None:
        shift = self.lost_bits - self.midpoint
        if self.encoded == "a" or self.compensated or shift < 1:
            return None
        transform = EdgeTransform(kind=self.a_kind, shift=shift)
        kind = transform.core_kind
        if kind.width < NARROWEST:
            return None
        return Edge(transform, replace(self, a_kind=kind, cut=max(self.cut - shift, 0)))

    def _conditioned(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """The operand that is not encoded, with fewer bits."""
        middle = 1 << self.lost_bits >> 1 if self.midpoint else 0
        return _cut_off(x, self.lost_bits) | middle


@cache
def _mean_error(multiplier: TruncatedBooth) -> int:
    a, w = multiplier.a_kind.values[:, None], multiplier.w_kind.values[None, :]
    return round(np.mean(a * w - multiplier.compute(a, w)))


def _digit(b: NDArray[np.int64], column: int) -> NDArray[np.int64]:
    window = (b << 1) >> column  # bits column+1, column, column-1, with b[-1] = 0
    return -2 * ((window >> 2) & 1) + ((window >> 1) & 1) + (window & 1)


def _cut_off(x: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    return (x >> bits) << bits
