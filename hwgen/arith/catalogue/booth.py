"""Booth rows of one mode."""

from hwgen.arith.multiplier import Multiplier
from hwgen.arith.pr import PR
from hwgen.arith.roup import Roup

__all__ = ["ENTRIES"]

ENTRIES: dict[str, Multiplier] = {
    "pr_0_3": PR(rounded=3),
    "pr_1_2": PR(perforated=1, rounded=2),
    "roup_0_4": Roup(rounded=4),
    "roup_0_6": Roup(rounded=6),
    "roup_1_4": Roup(perforated=1, rounded=4),
    "roup_a_1_4": Roup(perforated=1, rounded=4, encoded="a"),
}
