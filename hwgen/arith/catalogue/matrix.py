"""Masked partial-product matrices of one mode.

A name says the parameters. ``truncated_CUT_AxW`` rounds the operands to A and W bits first,
``a2`` and ``w2`` are rows left out, ``m`` stands for the midpoint and ``c`` for compensated.
"""

from dataclasses import replace

from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.perforated import Perforated
from hwgen.arith.matrix.recursive import Recursive
from hwgen.arith.matrix.rounded_truncated import RoundedTruncated
from hwgen.arith.matrix.truncated import Truncated
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8

__all__ = ["ENTRIES"]

# Suffix of the kinds -> cut and what else is in the name.
_TRUNCATED = {
    "": "4 5 6 7 8 6_a1 7_a2 8_a3 8_a4_w2 5_c 6_c 7_c 8_c 9_c",
    "_u8": "3 4 5 6 7 8 9 7_a2 8_a3 3_c 4_c 5_c 6_c 7_c 8_c 9_c 10_c 11_c",
    "_s8": "3 4 5 6 7 8 9 7_a2 8_a3 3_c 4_c 5_c 6_c 7_c 8_c 9_c 8_a3_w3_c",
}
_ROUNDED = {
    "": "6_6x5 7_6x5 7_6x6 6_5x5 7_5x5 8_5x5",
    "_u8": (
        "7_7x7 8_6x6 9_5x5 7_7x6_c 8_6x6_c 8_8x6_m_c 8_8x5_c 8_5x5_c 9_8x5_c 9_5x4_c 9_4x4_c "
        "10_8x4_c 10_4x4_c 10_4x4_m_c 10_4x3_c 10_4x3_m_c 11_3x3_c 11_3x3_m_c 11_3x2_c "
        "12_2x2_c 12_2x2_m_c"
    ),
    "_s8": "7_6x6 8_5x5 9_4x4 7_6x6_m_c 8_5x5_m_c 9_4x4_m_c",
}
_PERFORATED = {
    "": "a1 a2 a3 w1 w2 a1_w1 a2_w2 a3_w3",
    "_u8": "a1 a2 a3 w2 a2_w2",
    "_s8": "a1 a2 a3 w2 a2_w2",
}
_RECURSIVE = {
    "": "a3_w3 a4_w4 a4_w4_c a5_w5_c",
    "_u8": "a3_w3 a4_w4 a4_w4_c a5_w5_c",
    "_s8": "a3_w3 a4_w4 a4_w4_c a5_w5_c",
}


_KINDS = {"": (U8, S8), "_u8": (U8, U8), "_s8": (S8, S8)}


def _truncated(name: str) -> Matrix:
    cut, *parts = name.split("_")
    low = _numbers(parts)
    return Truncated(
        cut=int(cut), a_rows=low.get("a", 0), w_rows=low.get("w", 0), compensated="c" in parts
    )


def _rounded(name: str) -> Matrix:
    cut, bits, *parts = name.split("_")
    a, w = map(int, bits.split("x"))
    return RoundedTruncated(
        a_bits=a, w_bits=w, cut=int(cut), midpoint="m" in parts, compensated="c" in parts
    )


def _perforated(name: str) -> Matrix:
    low = _numbers(name.split("_"))
    return Perforated(a_rows=low.get("a", 0), w_rows=low.get("w", 0))


def _recursive(name: str) -> Matrix:
    low = _numbers(name.split("_"))
    return Recursive(a_low=low["a"], w_low=low["w"], compensated=name.endswith("_c"))


def _numbers(parts: list[str]) -> dict[str, int]:
    return {part[0]: int(part[1:]) for part in parts if part[0] in "aw"}


ENTRIES: dict[str, Multiplier] = {
    f"{family}_{name}{suffix}": replace(
        member(name), a_kind=_KINDS[suffix][0], w_kind=_KINDS[suffix][1]
    )
    for family, names, member in (
        ("perforated", _PERFORATED, _perforated),
        ("recursive", _RECURSIVE, _recursive),
        ("truncated", _TRUNCATED, _truncated),
        ("truncated", _ROUNDED, _rounded),
    )
    for suffix, points in names.items()
    for name in points.split()
}
