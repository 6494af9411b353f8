"""PR multipliers: Booth rows left out, and the other operand rounded."""

from dataclasses import dataclass, replace

from hwgen.arith.booth.booth import Booth
from hwgen.arith.edge import Edge
from hwgen.errors import check_range

__all__ = ["PR"]


@dataclass(frozen=True, kw_only=True)
class PR(Booth):
    """Booth rows, the low ones left out, of a rounded operand.

    ``PR|k,m`` of Leon et al., "Walking through the Energy-Error Pareto Frontier of
    Approximate Multipliers", IEEE Micro 38(4), 2018, there for two's complement operands.

    Parameters
    ----------
    perforated : int
        Low Booth digits left out (``k``): 0 to one less than all.
    rounded : int
        Low bits of the other operand that are rounded away (``m``): 0 to all but one.
    """

    perforated: int = 0
    rounded: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        width = (self.w_kind if self.encoded == "a" else self.a_kind).width
        check_range("PR", "perforated", self.perforated, 0, self.rows - 1)
        check_range("PR", "rounded", self.rounded, 0, width - 1)

    def shifts(self, mode: int = 0) -> tuple[int | None, ...]:
        return tuple(None if j < self.perforated else self.rounded for j in range(self.rows))

    @property
    def edge(self) -> Edge | None:
        transform = self.rounding_edge
        if transform is None:
            return None
        return Edge(transform, replace(self, a_kind=transform.core_kind, rounded=0))
