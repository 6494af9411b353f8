"""DyPR multipliers: PR multipliers whose perforation and rounding are chosen at run time."""

from dataclasses import dataclass

from hwgen.arith.booth.booth import Booth
from hwgen.arith.matrix.steps import check_steps
from hwgen.errors import check_range

__all__ = ["DyPR"]


@dataclass(frozen=True, kw_only=True)
class DyPR(Booth):
    """Modes that leave out and round more and more, each a PR multiplier.

    DyPR of Leon et al., "Walking through the Energy-Error Pareto Frontier of Approximate
    Multipliers", IEEE Micro 38(4), 2018. There operand bits are gated; here the digits of rows
    left out are, which comes to the same product.

    Parameters
    ----------
    steps : tuple of (int, int)
        Per mode, the low Booth digits left out (``k``) and the low bits of the other operand
        rounded away (``m``), as in PR. The first step has the smallest of both.
    """

    steps: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        width = (self.w_kind if self.encoded == "a" else self.a_kind).width
        for perforated, rounded in self.steps:
            check_range("DyPR", "perforated step", perforated, 0, self.rows - 1)
            check_range("DyPR", "rounded step", rounded, 0, width - 1)
        check_steps("DyPR", self.steps)

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(f"k{perforated}_m{rounded}" for perforated, rounded in self.steps)

    def shifts(self, mode: int = 0) -> tuple[int | None, ...]:
        perforated, rounded = self.steps[mode]
        return tuple(None if row < perforated else rounded for row in range(self.rows))
