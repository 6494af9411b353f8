"""DRUM: an exact product of short segments."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from amaranth.hdl import Cat, Signal
from numpy.typing import NDArray

from hwgen.arith.circuits.compressor import BitColumns
from hwgen.arith.logarithmic.leading_one import leading_one, one_hot_position, position
from hwgen.arith.logarithmic.sign_magnitude import SignMagnitude, SignMagnitudeCircuit
from hwgen.arith.multiplier import MultiplierCircuit
from hwgen.errors import check_range

__all__ = ["Drum"]


@dataclass(frozen=True, kw_only=True)
class Drum(SignMagnitude):
    """Product of the leading ``k`` bits of both operands, the last of them set.

    S. Hashemi, R. I. Bahar, S. Reda, "DRUM: A Dynamic Range Unbiased Multiplier for
    approximate applications", ICCAD 2015. A magnitude of more than ``k`` bits becomes its
    ``k`` bits from the leading one on, the lowest of which is set to 1 and stands for the middle
    of what was cut off, so that the error has hardly a mean; a shorter one stays as it is. The
    segments are multiplied exactly and the product is shifted back.

    An operand is off by at most one part in ``2**(k-1)``, so the relative error is at most
    ``(1 + 2**(1-k))**2 - 1``, which powers of two reach. The paper's mean relative errors of
    16-bit operands: 5.89 % (k=4), 2.94 % (5), 1.47 % (6). Signed operands: see
    :class:`SignMagnitude`.

    Parameters
    ----------
    k : int
        Bits of a segment: 2 to one less than the width of the narrower operand.
    """

    k: int

    def __post_init__(self) -> None:
        check_range("Drum", "k", self.k, 2, min(self.a_kind.width, self.w_kind.width) - 1)

    def segmented(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """What stands for each of some magnitudes."""
        shift = np.maximum(position(values) - (self.k - 1), 0)
        return np.where(shift > 0, (values >> shift | 1) << shift, values)

    def unsigned_product(self, a: NDArray[np.int64], w: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.segmented(a) * self.segmented(w)

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        a, w = self.a_kind.values[None, :], self.w_kind.values[None, :]
        u, v = (np.sign(x) * self.segmented(np.abs(x)) for x in (a, w))
        return u.astype(np.int32), v.astype(np.int32)

    def create(self, stages: int = 0) -> MultiplierCircuit:
        return _DrumCircuit(self, stages)


class _DrumCircuit(SignMagnitudeCircuit):
    def multiply(self, m, a, w):
        k = cast(Drum, self.multiplier).k
        (a_segment, a_shift), (w_segment, w_shift) = _segment(m, a, k), _segment(m, w, k)
        columns = BitColumns(2 * k)  # toggles less than the synthesizer's multiplier
        for i, a_bit in enumerate(a_segment):
            for j, w_bit in enumerate(w_segment):
                columns.add(a_bit & w_bit, i + j)
        product = Signal(2 * k)
        m.d.comb += product.eq(columns.total(m))
        shift = Signal(max(len(a_shift), len(w_shift)) + 1)
        m.d.comb += shift.eq(a_shift + w_shift)
        shifted = Signal(len(a) + len(w))
        m.d.comb += shifted.eq(product << shift)
        return shifted


def _segment(m, value, k):
    """Segment of ``k`` bits, and how far it is to be shifted back."""
    starts = leading_one(m, value[k:])
    is_short = Signal()
    m.d.comb += is_short.eq(~starts.any())
    segment = value[:k] & is_short.replicate(k)
    for number, starts_here in enumerate(starts, start=1):
        part = Cat(1, value[number + 1 : number + k])
        segment |= part & starts_here.replicate(k)
    chosen = Signal(k)
    m.d.comb += chosen.eq(segment)
    return chosen, one_hot_position(m, Cat(is_short, starts))
