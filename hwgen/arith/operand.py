"""Kinds of operands: how many bits, and whether they are two's complement."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.errors import check_range

__all__ = ["NARROWEST", "S8", "U8", "OperandKind", "check_kinds"]


NARROWEST = 4  # bits of an operand


@dataclass(frozen=True)
class OperandKind:
    """Integer format of an operand or a product.

    Parameters
    ----------
    width : int
        Bits: 1 to 32.
    signed : bool
        Two's complement, or unsigned.
    """

    width: int
    signed: bool

    def __post_init__(self) -> None:
        check_range("OperandKind", "width", self.width, 1, 32)

    @property
    def name(self) -> str:
        """Short name, such as ``u8`` or ``s8``."""
        return f"{'s' if self.signed else 'u'}{self.width}"

    @property
    def low(self) -> int:
        """Smallest value."""
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """Largest value."""
        return (1 << (self.width - self.signed)) - 1

    @cached_property
    def values(self) -> NDArray[np.int64]:
        """Value of every raw code, in code order: shape ``(2**width,)``."""
        return self.decode(np.arange(1 << self.width))

    def decode(self, codes: ArrayLike) -> NDArray[np.int64]:
        """Values of raw codes (bit patterns read as unsigned)."""
        raw = np.asarray(codes, dtype=np.int64)
        if not self.signed:
            return raw
        sign = 1 << (self.width - 1)
        return (raw ^ sign) - sign

    def encode(self, values: ArrayLike) -> NDArray[np.int64]:
        """Raw codes of values: the low ``width`` bits."""
        return np.asarray(values, dtype=np.int64) & ((1 << self.width) - 1)

    @classmethod
    def holding(cls, low: int, high: int) -> "OperandKind":
        """Narrowest kind that holds every value from ``low`` to ``high``."""
        if low >= 0:
            return cls(max(1, int(high).bit_length()), False)
        return cls(1 + max(int(high).bit_length(), int(-low - 1).bit_length()), True)


U8 = OperandKind(8, False)
S8 = OperandKind(8, True)


def check_kinds(owner: str, a_kind: OperandKind, w_kind: OperandKind, high: int = 9) -> None:
    """Refuse operands of fewer than 4 bits, or of more than ``high``."""
    for name, kind in (("a_kind", a_kind), ("w_kind", w_kind)):
        check_range(f"{owner} {name}", "width", kind.width, NARROWEST, high)
