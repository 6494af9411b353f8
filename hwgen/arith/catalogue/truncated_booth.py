"""Booth rows without their low columns: ``booth_CUT_AxW``, and of fewer bits alone.

The points are those of the front of error against energy of each pair of kinds, among all cuts
and widths. ``_m`` stands for the midpoint, and ``_c`` for compensated, which is worth it where
much is lost of unsigned operands. ``scalable_booth_CUT`` has four modes.
"""

from hwgen.arith.booth.scalable_booth import ScalableBooth
from hwgen.arith.booth.truncated_booth import TruncatedBooth
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8, OperandKind

__all__ = ["ENTRIES"]

_KINDS = {"": (U8, S8), "_u8": (U8, U8), "_s8": (S8, S8)}

# Suffix of the kinds -> cut, bits of a, bits of w, midpoint.
_POINTS: dict[str, tuple[tuple[int, int, int, bool], ...]] = {
    "": (
        (4, 8, 8, False),
        (5, 8, 8, False),
        (6, 8, 8, False),
        (6, 7, 8, False),
        (7, 8, 8, False),
        (7, 6, 8, False),
        (7, 8, 6, False),
        (7, 7, 6, False),
        (8, 8, 8, False),
        (8, 8, 6, False),
        (8, 6, 6, False),
        (8, 6, 6, True),
        (8, 5, 6, True),
        (8, 5, 4, True),
        (9, 8, 4, False),
        (9, 5, 4, False),
        (10, 8, 4, False),
        (11, 4, 4, False),
        (11, 4, 3, False),
        (0, 2, 3, True),
        (0, 4, 2, True),
        (0, 3, 2, True),
        (0, 2, 2, True),
    ),
    "_u8": (
        (4, 8, 8, False),
        (5, 8, 8, False),
        (6, 8, 8, False),
        (5, 8, 7, False),
        (6, 8, 7, False),
        (6, 7, 7, False),
        (7, 7, 7, False),
        (8, 7, 7, False),
        (8, 7, 5, False),
        (9, 8, 5, False),
        (9, 6, 5, False),
        (9, 5, 5, False),
        (10, 8, 7, False),
        (10, 4, 7, True),
        (9, 5, 3, True),
        (10, 8, 3, False),
        (10, 5, 3, True),
        (11, 8, 3, False),
        (11, 3, 3, True),
        (11, 3, 3, False),
    ),
    "_s8": (
        (4, 8, 8, False),
        (5, 8, 8, False),
        (6, 8, 8, False),
        (6, 7, 8, False),
        (5, 8, 6, False),
        (6, 7, 6, False),
        (7, 8, 6, False),
        (7, 7, 6, True),
        (8, 8, 6, False),
        (8, 6, 6, True),
        (8, 5, 6, True),
        (7, 8, 4, False),
        (8, 8, 4, False),
        (8, 6, 4, False),
        (9, 8, 4, False),
        (9, 4, 4, True),
        (10, 8, 4, False),
        (10, 3, 4, True),
        (11, 3, 4, True),
        (0, 3, 3, True),
        (0, 5, 2, True),
        (0, 4, 2, True),
        (0, 3, 2, True),
        (0, 2, 2, True),
    ),
}
# Cut, bits of a, bits of w of u8 x u8 members with a constant.
_COMPENSATED = (
    (8, 6, 5),
    (9, 6, 5),
    (9, 5, 5),
    (10, 6, 5),
    (10, 5, 5),
    (10, 5, 4),
    (9, 5, 3),
    (11, 5, 3),
    (10, 4, 3),
    (11, 3, 3),
)
_PRECISIONS = {
    "": ((8, 8), (7, 8), (6, 8), (8, 6), (7, 6), (6, 6), (6, 5), (5, 5), (5, 4), (4, 4)),
    "_u8": ((8, 8), (8, 7), (7, 7), (6, 6), (5, 5), (4, 4)),
    "_s8": ((8, 8), (8, 6), (6, 6), (5, 5), (4, 4)),
}
_STEPS = ((0, 0), (0, 2), (1, 2), (2, 3))


def _truncated(
    kinds: tuple[OperandKind, OperandKind], cut: int, a: int, w: int, midpoint: bool = False
) -> Multiplier:
    return TruncatedBooth(
        a_kind=kinds[0], w_kind=kinds[1], a_bits=a, w_bits=w, cut=cut, midpoint=midpoint
    )


ENTRIES: dict[str, Multiplier] = {
    **{
        f"precision_booth_{a}x{w}{suffix}": _truncated(_KINDS[suffix], 0, a, w)
        for suffix, points in _PRECISIONS.items()
        for a, w in points
    },
    **{
        f"booth_{cut}_{a}x{w}{'_m' * midpoint}{suffix}": _truncated(
            _KINDS[suffix], cut, a, w, midpoint
        )
        for suffix, points in _POINTS.items()
        for cut, a, w, midpoint in points
    },
    **{
        f"booth_{cut}_{a}x{w}_c_u8": TruncatedBooth(
            w_kind=U8, a_bits=a, w_bits=w, cut=cut, compensated=True
        )
        for cut, a, w in _COMPENSATED
    },
    **{f"scalable_booth_{cut}": ScalableBooth(steps=_STEPS, cut=cut) for cut in (0, 5, 6, 7)},
    "scalable_booth_0_u8": ScalableBooth(w_kind=U8, steps=_STEPS),
    "scalable_booth_0_s8": ScalableBooth(a_kind=S8, steps=_STEPS),
}
