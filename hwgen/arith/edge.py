"""What may be taken out of every multiplier and done once, at the array's edge."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.operand import OperandKind
from hwgen.errors import check_choice, check_range

if TYPE_CHECKING:
    from hwgen.arith.multiplier import Multiplier

__all__ = ["Edge", "EdgeTransform"]


@dataclass(frozen=True, kw_only=True)
class EdgeTransform:
    """Shortens activations by their low bits, rounding half up or down.

    Nothing wraps: rounded up, the highest code takes one bit more.

    Parameters
    ----------
    kind : OperandKind
        Of the activations.
    shift : int
        Low bits that go: 0 to one less than all.
    rounding : str
        ``half_up``, or ``down`` to cut them off.
    """

    kind: OperandKind
    shift: int = 0
    rounding: Literal["half_up", "down"] = "down"

    def __post_init__(self) -> None:
        check_range("EdgeTransform", "shift", self.shift, 0, self.kind.width - 1)
        check_choice("EdgeTransform", "rounding", self.rounding, ("half_up", "down"))

    @property
    def half(self) -> int:
        """What is added before the low bits are cut off."""
        return 1 << self.shift >> 1 if self.rounding == "half_up" else 0

    @property
    def core_kind(self) -> OperandKind:
        """Kind of what is left."""
        return OperandKind.holding(*map(int, self.compute([self.kind.low, self.kind.high])))

    def compute(self, a: ArrayLike) -> NDArray[np.int64]:
        """What is left of activations, in units of ``2**shift``."""
        return (np.asarray(a, dtype=np.int64) + self.half) >> self.shift


class Edge(NamedTuple):
    """A multiplier taken apart: its products are ``core(transform(a), w) << scale``."""

    transform: EdgeTransform
    core: "Multiplier"

    @property
    def scale(self) -> int:
        """Low product bits that are always 0."""
        return self.transform.shift
