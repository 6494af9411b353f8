"""What one mode does to the operands and to the partial-product matrix."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError, check_range

__all__ = ["PASS", "Conditioning", "Setting"]


@dataclass(frozen=True, kw_only=True)
class Conditioning:
    """What becomes of the bits of one operand before they are multiplied.

    First the operand is rounded half up to a multiple of ``2**rounding``, then the bits of
    ``zeros`` are cleared, then those of ``ones`` are set. The rounded operand keeps its width:
    dropping bits ``0..rounding-2`` and giving bit ``rounding-1`` twice its weight is the same
    value, so 255 rounds to 256, nothing wraps and no carry is needed.

    Parameters
    ----------
    rounding : int
        0 (none) to one less than the operand's width.
    zeros, ones : int
        Bit masks over the operand's code.
    """

    rounding: int = 0
    zeros: int = 0
    ones: int = 0

    def check(self, owner: str, width: int) -> None:
        """Refuse what does not fit an operand of ``width`` bits."""
        check_range(owner, "rounding", self.rounding, 0, width - 1)
        check_range(owner, "zeros", self.zeros, 0, (1 << width) - 1)
        check_range(owner, "ones", self.ones, 0, (1 << width) - 1)

    def state(self, bit: int) -> str:
        """Whether a bit is ``0``, is ``1``, or passes (``x``)."""
        if (self.ones >> bit) & 1:
            return "1"
        return "0" if (self.zeros >> bit) & 1 or bit < self.rounding - 1 else "x"

    def column(self, bit: int) -> int:
        """Log2 of a bit's weight."""
        return bit + (bit == self.rounding - 1)

    def weights(self, kind: OperandKind) -> list[int]:
        """Weight of every bit; the sign bit's is negative."""
        weights = [1 << self.column(bit) for bit in range(kind.width)]
        if kind.signed:
            weights[-1] = -weights[-1]
        return weights

    def bits(self, values: NDArray[np.int64], width: int) -> list[NDArray[np.int64]]:
        """Conditioned bits of an operand, 0 or 1, least significant first."""
        constants = {"0": np.zeros_like(values), "1": np.ones_like(values)}
        return [constants.get(self.state(bit), (values >> bit) & 1) for bit in range(width)]


PASS = Conditioning()

_PROBABILITY = {"0": 0.0, "x": 0.5, "1": 1.0}  # that a bit is 1, of uniform operands


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One mode of a masked partial-product matrix.

    Row ``i`` of the matrix holds the product bits of activation bit ``i``, and bit ``j`` of a
    row's mask stands for weight bit ``j``. Clearing comes before forcing.

    Parameters
    ----------
    name : str
        Name of the mode.
    a, w : Conditioning
        Of the activation and the weight.
    zeros, ones : tuple of int
        Mask per row: product bits that are 0, and product bits that are 1. Empty for none.
    constant : int
        Added to the sum of the product bits.
    """

    name: str = "fixed"
    a: Conditioning = PASS
    w: Conditioning = PASS
    zeros: tuple[int, ...] = ()
    ones: tuple[int, ...] = ()
    constant: int = 0

    def check(self, owner: str, a_width: int, w_width: int) -> None:
        """Refuse what does not fit the operands."""
        self.a.check(f"{owner} mode {self.name} activation", a_width)
        self.w.check(f"{owner} mode {self.name} weight", w_width)
        for name, masks in (("zeros", self.zeros), ("ones", self.ones)):
            if len(masks) not in (0, a_width):
                raise SpecError(
                    f"{owner} mode {self.name} {name} must hold no mask or {a_width}, "
                    f"not {len(masks)}"
                )
            for mask in masks:
                check_range(f"{owner} mode {self.name}", name, mask, 0, (1 << w_width) - 1)
        largest = (1 << a_width + w_width) - 1
        check_range(f"{owner} mode {self.name}", "constant", self.constant, -largest, largest)

    def compensated(self, a_kind: OperandKind, w_kind: OperandKind) -> "Setting":
        """The same with the constant next to the mean error of uniform operands.

        What is left out of a product is then made up for on average, as in Schulte and
        Swartzlander, "Truncated Multiplication with Correction Constant", VLSI Signal
        Processing VI, 1993.
        """
        exact = Setting()._mean(a_kind, w_kind)
        return replace(self, constant=round(exact - self._mean(a_kind, w_kind)))

    def _mean(self, a_kind: OperandKind, w_kind: OperandKind) -> float:
        """Mean of the sum of the product bits over uniform operands: exact in a float."""
        a_bits = [_PROBABILITY[self.a.state(bit)] for bit in range(a_kind.width)]
        w_bits = [_PROBABILITY[self.w.state(bit)] for bit in range(w_kind.width)]
        mean = 0.0
        for i, a_weight in enumerate(self.a.weights(a_kind)):
            for j, w_weight in enumerate(self.w.weights(w_kind)):
                state = self.product_state(i, j)
                bit = a_bits[i] * w_bits[j] if state == "x" else _PROBABILITY[state]
                mean += a_weight * w_weight * bit
        return mean

    def forced(self, row: int) -> int:
        """Product bits of a row that are 1."""
        return self.ones[row] if self.ones else 0

    def kept(self, row: int, w_width: int) -> int:
        """Product bits of a row that pass."""
        cleared = self.zeros[row] if self.zeros else 0
        return ((1 << w_width) - 1) & ~(cleared | self.forced(row))

    def product_state(self, row: int, column: int) -> str:
        """Whether the mask makes a product bit ``0``, makes it ``1``, or lets it pass (``x``)."""
        if (self.forced(row) >> column) & 1:
            return "1"
        return "0" if self.zeros and (self.zeros[row] >> column) & 1 else "x"
