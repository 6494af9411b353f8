"""Booth rows of one mode, left out and rounded; ``_a`` stands for an encoded activation."""

from dataclasses import replace

from hwgen.arith.booth.booth import Booth
from hwgen.arith.booth.pr import PR
from hwgen.arith.booth.roup import Roup
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8

__all__ = ["ENTRIES"]

_PR = ((0, 2), (0, 3), (1, 1), (1, 2), (1, 3))
_ROUP = ((0, 4), (0, 6), (1, 4), (1, 5), (1, 6), (2, 6))

_MEMBERS: dict[str, Booth] = {
    **{f"pr_{k}_{m}": PR(perforated=k, rounded=m) for k, m in _PR},
    **{f"roup_{p}_{r}": Roup(perforated=p, rounded=r) for p, r in _ROUP},
}

ENTRIES: dict[str, Multiplier] = {
    **_MEMBERS,
    "pr_a_1_2": PR(perforated=1, rounded=2, encoded="a"),
    "roup_a_0_6": Roup(rounded=6, encoded="a"),
    "roup_a_1_4": Roup(perforated=1, rounded=4, encoded="a"),
    **{f"{name}_u8": replace(member, w_kind=U8) for name, member in _MEMBERS.items()},
    **{f"{name}_s8": replace(member, a_kind=S8) for name, member in _MEMBERS.items()},
}
