"""Masked partial-product matrices of one mode."""

from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import U8
from hwgen.arith.perforated import Perforated
from hwgen.arith.rounded_truncated import RoundedTruncated
from hwgen.arith.truncated import Truncated

__all__ = ["ENTRIES"]

_ROUNDED = ((6, 6, 5), (7, 6, 5), (7, 6, 6), (6, 5, 5), (7, 5, 5), (8, 5, 5))

ENTRIES: dict[str, Multiplier] = {
    **{f"perforated_a{rows}": Perforated(a_rows=rows) for rows in (1, 2, 3)},
    **{f"perforated_w{rows}": Perforated(w_rows=rows) for rows in (1, 2)},
    **{f"perforated_a{rows}_w{rows}": Perforated(a_rows=rows, w_rows=rows) for rows in (1, 2, 3)},
    "perforated_a2_u8": Perforated(w_kind=U8, a_rows=2),
    **{f"truncated_{cut}": Truncated(cut=cut) for cut in (4, 5, 6, 7, 8)},
    "truncated_6_a1": Truncated(cut=6, a_rows=1),
    "truncated_7_a2": Truncated(cut=7, a_rows=2),
    "truncated_8_a3": Truncated(cut=8, a_rows=3),
    "truncated_8_a4_w2": Truncated(cut=8, a_rows=4, w_rows=2),
    **{
        f"truncated_{cut}_{a}x{w}": RoundedTruncated(a_bits=a, w_bits=w, cut=cut)
        for cut, a, w in _ROUNDED
    },
    "truncated_7_c": Truncated(cut=7, compensated=True),
}
