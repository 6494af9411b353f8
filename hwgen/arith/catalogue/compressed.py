"""Published circuits that compress product bits with gates instead of adders."""

from hwgen.arith.heam import Heam
from hwgen.arith.multiplier import Multiplier

__all__ = ["ENTRIES"]

ENTRIES: dict[str, Multiplier] = {"heam_u8": Heam()}
