"""Reconfigurable multipliers whose modes mask any of the low product columns."""

from dataclasses import dataclass

from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.setting import Setting
from hwgen.errors import SpecError, check_range

__all__ = ["ColumnMasked"]

MASKABLE = 8  # product columns


@dataclass(frozen=True, kw_only=True)
class ColumnMasked(Matrix):
    """Modes that mask low product columns, each column alone.

    Bit ``c`` of a level masks column ``c``: its product bits become 0, except that from column
    2 up the bit of row 0 becomes 1 in compensation, unless it is a sign bit's. A zero operand
    gives 0. MARLIN of Guella et al., "MARLIN: a Co-Design Methodology for Approximate
    ReconfigurabLe Inference of Neural Networks at the Edge", IEEE TCAS-I 71(5), 2024, whose
    circuit has two s9 operands so that u8 and s8 both fit. Operands of their own kind need
    fewer gates; only in column 7 of s8 operands, where their sign bits are, do they give other
    products.

    Parameters
    ----------
    levels : tuple of int
        Per mode, the mask of columns: 0 to 255, or all product columns when they are fewer.
        The first level masks least. All 256 levels in order need no mode decoder.
    """

    levels: tuple[int, ...] = tuple(range(1 << MASKABLE))

    def __post_init__(self) -> None:
        super().__post_init__()
        columns = min(MASKABLE, self.a_kind.width + self.w_kind.width - 1)
        for level in self.levels:
            check_range("ColumnMasked", "level", level, 0, (1 << columns) - 1)
        if not self.levels or len(set(self.levels)) < len(self.levels):
            raise SpecError(
                f"ColumnMasked levels must be one or more that differ, not {self.levels}"
            )
        if any(self.levels[0] & ~level for level in self.levels):
            raise SpecError(
                f"ColumnMasked levels must all mask what the first one does, not {self.levels}"
            )

    def plan(self) -> tuple[Setting, ...]:
        return tuple(self._setting(level) for level in self.levels)

    def _setting(self, level: int) -> Setting:
        width = self.w_kind.width
        zeros = tuple((level >> i) & ((1 << width) - 1) for i in range(self.a_kind.width))
        positive = (1 << width - self.w_kind.signed) - 1
        constant = zeros[0] & positive & ~0b11
        return Setting(
            name=f"level{level}", zeros=zeros, ones=(constant, *(0,) * (self.a_kind.width - 1))
        )

    @property
    def skips_zeros(self) -> bool:
        return True
