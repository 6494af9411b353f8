"""ROUP multipliers: Booth rows left out, and every other row rounded at its own bit."""

from dataclasses import dataclass, replace

from hwgen.arith.booth.booth import Booth
from hwgen.arith.edge import Edge
from hwgen.errors import check_range

__all__ = ["Roup"]


@dataclass(frozen=True, kw_only=True)
class Roup(Booth):
    """Booth rows, the low ones left out, each rounded at its own bit.

    All rows then end in the same column. ROUP (asymmetric rounding and perforation) of Leon et
    al., "Cooperative Arithmetic-Aware Approximation Techniques for Energy-Efficient
    Multipliers", DAC 2019. Reconstructed: that each row is rounded at its own bit is the
    likelier reading of "asymmetric"; the other one, one bit for all rows, is what
    ``symmetric`` gives, and is :class:`hwgen.arith.booth.pr.PR`.

    Parameters
    ----------
    perforated : int
        Low Booth digits left out (``p``): 0 to one less than all.
    rounded : int
        Product column below which no row has bits (``r``), or with ``symmetric`` the low bits
        of the other operand that are rounded away: 0 to one less than that operand's width.
    symmetric : bool
        Whether all rows are rounded at the same bit of the operand.
    """

    perforated: int = 0
    rounded: int = 0
    symmetric: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        width = (self.w_kind if self.encoded == "a" else self.a_kind).width
        check_range("Roup", "perforated", self.perforated, 0, self.rows - 1)
        check_range("Roup", "rounded", self.rounded, 0, width - 1)

    def shifts(self, mode: int = 0) -> tuple[int | None, ...]:
        return tuple(
            None
            if j < self.perforated
            else self.rounded
            if self.symmetric
            else max(self.rounded - 2 * j, 0)
            for j in range(self.rows)
        )

    @property
    def edge(self) -> Edge | None:
        transform = self.rounding_edge
        if transform is None:
            return None
        return Edge(transform, replace(self, a_kind=transform.core_kind, rounded=0))
