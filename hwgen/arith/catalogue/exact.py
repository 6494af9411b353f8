"""Exact multipliers, and exact products of fewer bits: what every saving is judged against."""

from hwgen.arith.exact import Exact, ExactBooth, ExactMatrix
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import U8
from hwgen.arith.precision import Precision

__all__ = ["ENTRIES"]

_PRECISIONS = ((7, 8), (6, 8), (5, 8), (8, 6), (7, 7), (6, 6), (6, 5), (5, 5), (4, 5), (4, 4))

ENTRIES: dict[str, Multiplier] = {
    "exact": Exact(),
    "exact_dadda": ExactMatrix(),
    "exact_booth": ExactBooth(),
    "exact_u8": Exact(w_kind=U8),
    **{f"precision_{a}x{w}": Precision(a_bits=a, w_bits=w) for a, w in _PRECISIONS},
}
