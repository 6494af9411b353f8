"""Boxes of output positions: what one descriptor makes."""

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Region", "accumulated"]


@dataclass(frozen=True, kw_only=True)
class Region:
    """Lines and columns of a layer's output."""

    lines: range
    columns: range

    @property
    def positions(self) -> int:
        """How many there are."""
        return len(self.lines) * len(self.columns)


def accumulated(region: Region, depth: int) -> Iterator[Region]:
    """Parts of ``region`` whose positions fit ``depth`` accumulators: whole lines if possible."""
    width = min(len(region.columns), depth)
    height = max(1, depth // width)
    for line in region.lines[::height]:
        for column in region.columns[::width]:
            yield Region(
                lines=range(line, min(line + height, region.lines.stop)),
                columns=range(column, min(column + width, region.columns.stop)),
            )
