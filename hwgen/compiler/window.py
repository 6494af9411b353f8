"""Fields that say where a region's positions read and write."""

import dataclasses

from hwgen.compiler.lanes import LaneSteps
from hwgen.compiler.region import Region
from hwgen.compiler.view import View
from hwgen.network.graph import Layer

__all__ = ["clamp_fields", "groups_of", "reading_fields", "writing_fields"]


def groups_of(channels: int, size: int) -> list[range]:
    """Channels, ``size`` at a time."""
    return [range(first, min(first + size, channels)) for first in range(0, channels, size)]


def reading_fields(
    region: Region,
    view: View,
    stride: tuple[int, int],
    padding: tuple[int, int],
    steps: LaneSteps,
) -> dict[str, int]:
    """Windows of ``view``, whose first ones begin ``padding`` (top, left) before it."""
    line = region.lines.start * stride[0] - padding[0]
    column = region.columns.start * stride[1] - padding[1]
    return dataclasses.asdict(steps) | {
        "source": view.at(line, column),
        "source_line": line - view.first_line,
        "source_byte": column * view.column,
        "column_step": stride[1] * view.column,
        "line_step": stride[0],
        "line_step_bytes": stride[0] * view.pitch,
        "in_lines": view.lines,
        "line_bytes": view.width * view.column,
    }


def writing_fields(region: Region, view: View, filters: int) -> dict[str, int]:
    """Positions and channels of ``view``."""
    return {
        "height": len(region.lines),
        "width": len(region.columns),
        "filters": filters,
        "target": view.at(region.lines.start, region.columns.start),
        "target_column_step": view.column,
        "target_line_step": view.pitch,
    }


def clamp_fields(layer: Layer) -> dict[str, int]:
    """What a layer's codes are limited to, and how values are rounded."""
    return {
        "double_rounding": layer.rounding == "double",
        "low": layer.low,
        "high": layer.high,
    }
