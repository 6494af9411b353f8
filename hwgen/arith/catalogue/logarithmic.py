"""Logarithmic multipliers, and those that multiply short segments or powers of two."""

from hwgen.arith.logarithmic.drum import Drum
from hwgen.arith.logarithmic.mitchell import Mitchell
from hwgen.arith.logarithmic.roba import Roba
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8

__all__ = ["ENTRIES"]

_KINDS = {"": (U8, S8), "_u8": (U8, U8), "_s8": (S8, S8)}

ENTRIES: dict[str, Multiplier] = {
    name + suffix: multiplier
    for suffix, (a_kind, w_kind) in _KINDS.items()
    for name, multiplier in (
        ("mitchell", Mitchell(a_kind=a_kind, w_kind=w_kind)),
        *((f"drum_{k}", Drum(a_kind=a_kind, w_kind=w_kind, k=k)) for k in (3, 4, 5, 6)),
        ("roba", Roba(a_kind=a_kind, w_kind=w_kind)),
    )
}
