"""Exact multipliers, and exact products of fewer bits: what every saving is judged against."""

from collections.abc import Callable
from functools import partial

from hwgen.arith.exact import Exact, ExactArray, ExactBooth, ExactMatrix
from hwgen.arith.matrix.precision import Precision
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8, OperandKind

__all__ = ["ENTRIES"]

_CIRCUITS: dict[str, Callable[..., Multiplier]] = {
    "exact": Exact,
    "exact_array": ExactArray,
    "exact_dadda": ExactMatrix,
    "exact_booth": ExactBooth,
    "exact_booth_fast": partial(ExactBooth, fast=True),
}
_KINDS = {"": (U8, S8), "_u8": (U8, U8), "_s8": (S8, S8)}
_PRECISIONS = {
    "": ((7, 8), (6, 8), (5, 8), (8, 6), (7, 7), (6, 6), (6, 5), (5, 5), (4, 5), (4, 4)),
    "_u8": ((7, 8), (6, 8), (7, 7), (6, 6), (5, 5), (4, 4)),
    "_s8": ((7, 8), (6, 8), (7, 7), (6, 6), (5, 5), (4, 4)),
}
# Operands that are narrower to begin with, as a network quantized to fewer bits has them.
_NARROW = {
    f"_u{a}xs{w}": (OperandKind(a, False), OperandKind(w, True))
    for a, w in ((7, 7), (6, 6), (5, 5), (4, 4))
}

ENTRIES: dict[str, Multiplier] = {
    **{
        f"{name}{suffix}": circuit(a_kind=a_kind, w_kind=w_kind)
        for suffix, (a_kind, w_kind) in _KINDS.items()
        for name, circuit in _CIRCUITS.items()
    },
    **{
        f"{name}{suffix}": _CIRCUITS[name](a_kind=a_kind, w_kind=w_kind)
        for suffix, (a_kind, w_kind) in _NARROW.items()
        for name in ("exact_dadda", "exact_booth")
    },
    **{
        f"precision_{a}x{w}{suffix}": Precision(
            a_kind=_KINDS[suffix][0], w_kind=_KINDS[suffix][1], a_bits=a, w_bits=w
        )
        for suffix, points in _PRECISIONS.items()
        for a, w in points
    },
}
