"""Multipliers of three modes, one more approximate than the other."""

from dataclasses import dataclass

from hwgen.arith.catalogue import find
from hwgen.spec.mapping import LayerMapping, RangeRule

__all__ = ["CodeRange", "Ladder"]

CodeRange = tuple[int, int]
"""First and last weight code, minus its zero point."""


@dataclass(frozen=True)
class Ladder:
    """A multiplier, and the modes that stand for M0, M1 and M2 of the published methods.

    Parameters
    ----------
    multiplier : str
    modes : (int, int, int)
        Of a multiplier with more than three: the first, the middle and the last one.
    """

    multiplier: str
    modes: tuple[int, int, int]

    @classmethod
    def of(cls, multiplier: str) -> "Ladder":
        """Of a multiplier with three modes or more."""
        last = len(find(multiplier).modes) - 1
        return cls(multiplier, (0, (last + 1) // 2, last))

    def layer(self, inner: CodeRange | None, outer: CodeRange | None) -> LayerMapping:
        """Weights of ``inner`` in M2, those of ``outer`` beyond it in M1, and the rest in M0.

        Parameters
        ----------
        inner, outer : (int, int), optional
            ``outer`` holds ``inner``. None for an empty range.
        """
        exact, middle, last = self.modes
        rules = []
        if inner is not None:
            rules.append(RangeRule(mode=last, codes=_text(*inner)))
        if outer is not None and (sides := _sides(inner, outer)):
            rules.append(RangeRule(mode=middle, codes=sides))
        return LayerMapping(multiplier=self.multiplier, mode=exact, ranges=tuple(rules))

    def uniform(self, step: int) -> LayerMapping:
        """All weights in M0, M1 or M2."""
        return LayerMapping(multiplier=self.multiplier, mode=self.modes[step])


def _sides(inner: CodeRange | None, outer: CodeRange) -> str:
    """What of ``outer`` lies beyond ``inner``."""
    if inner is None:
        return _text(*outer)
    left, right = (outer[0], inner[0] - 1), (inner[1] + 1, outer[1])
    return ",".join(_text(*side) for side in (left, right) if side[0] <= side[1])


def _text(first: int, last: int) -> str:
    return f"{first}..{last}"
