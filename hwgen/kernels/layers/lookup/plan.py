"""In which pieces the compiled kernel runs a convolution by table look-up."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hwgen.kernels.layers.geometry import Geometry
from hwgen.kernels.layers.lookup.columns import Columns

__all__ = ["Plan", "plan_of"]

# As in lookup.h:
_TAPS = 16
_LANES = 32
_WIDE_LANES = 16

_DEPTH = 16  # channels of a block of the plane: the taps of a step
_THIN = 3  # filters of a group that do not pay for making rows
_SUMS = 3 << 16  # of a slice: they and the tables fit a second cache of a megabyte
_PLANE = 1 << 22  # codes of a slice's padded input: 8 megabytes
_SPILLS = (16, 8, 4, 2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Pieces of a layer; see lookup.h.

    Parameters
    ----------
    images, rows : int
        Of a slice, at most.
    plane_height, plane_width, depth, blocks : int
        Of a slice's padded input, in blocks of channels.
    tap_block, tap_offset : int32[groups, taps]
        Where the code of each tap lies.
    steps : int32[steps, 5]
        ``struct step``.
    filter_blocks : int32[blocks, 6]
        ``struct filter_block``.
    """

    images: int
    rows: int
    plane_height: int
    plane_width: int
    depth: int
    blocks: int
    tap_block: NDArray[np.int32]
    tap_offset: NDArray[np.int32]
    steps: NDArray[np.int32]
    filter_blocks: NDArray[np.int32]


def plan_of(geometry: Geometry, columns: Columns) -> Plan:
    """Cut a layer into slices of positions, blocks of filters and steps of taps."""
    g = geometry
    lanes = min(_WIDE_LANES if columns.is_wide else _LANES, -(-g.filters // g.groups))
    positions = max(1, _SUMS // max(8, lanes))
    rows = min(g.out_height, max(1, positions // g.out_width))
    plane_height = (rows - 1) * g.stride[0] + g.kernel[0]
    plane_width = (g.out_width - 1) * g.stride[1] + g.kernel[1]
    depth = min(g.channels, _DEPTH)
    images = positions // (rows * g.out_width) if rows == g.out_height else 1
    plane = plane_height * plane_width * -(-g.channels // depth) * depth
    images = max(1, min(images, _PLANE // plane))
    block, offset = _taps(g, plane_width, depth)
    steps: list[tuple[int, ...]] = []
    filter_blocks = []
    for first, count, lanes, is_thin in _filter_blocks(g, columns.is_wide):
        begin = len(steps)
        if not is_thin:
            group = first // (g.filters // g.groups)
            ranges = columns.ranges[columns.of_weight[first : first + count]]
            for tap, taps in _runs(block[group], offset[group]):
                spill = _spill(ranges[:, tap : tap + taps])
                steps.append((tap, taps, int(block[group, tap]), int(offset[group, tap]), spill))
        filter_blocks.append((first, count, lanes, is_thin, begin, len(steps)))
    return Plan(
        images=images,
        rows=rows,
        plane_height=plane_height,
        plane_width=plane_width,
        depth=depth,
        blocks=-(-g.channels // depth),
        tap_block=block,
        tap_offset=offset,
        steps=np.array(steps, np.int32).reshape(-1, 5),
        filter_blocks=np.array(filter_blocks, np.int32),
    )


def _taps(
    geometry: Geometry, plane_width: int, depth: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Block of the plane, and elements from the window's origin in it, of each group's taps."""
    g = geometry
    inner = g.channels // g.groups
    y, x, c = np.meshgrid(
        np.arange(g.kernel[0]), np.arange(g.kernel[1]), np.arange(inner), indexing="ij"
    )
    channel = np.arange(g.groups)[:, None] * inner + c.reshape(1, -1)
    offset = (y * plane_width + x).reshape(1, -1) * depth + channel % depth
    return (channel // depth).astype(np.int32), offset.astype(np.int32)


def _filter_blocks(geometry: Geometry, is_wide: bool) -> Iterator[tuple[int, int, int, bool]]:
    """First filter, filters, lanes, and whether rows are not worth making."""
    per_group = geometry.filters // geometry.groups
    if per_group <= _THIN:
        for first in range(0, geometry.filters, _WIDE_LANES):
            count = min(_WIDE_LANES, geometry.filters - first)
            yield first, count, _WIDE_LANES, True
        return
    for start in range(0, geometry.filters, per_group):
        first = start
        while first < start + per_group:
            rest = start + per_group - first
            lanes = _WIDE_LANES if is_wide else 8 if rest <= 8 else 16 if rest <= 16 else _LANES
            count = min(rest, lanes)
            yield first, count, lanes, False
            first += count


def _runs(block: NDArray[np.int32], offset: NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    """First tap and taps of pieces that lie together, about equally long."""
    breaks = (np.diff(block) != 0) | (np.diff(offset) != 1)
    edges = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(block)]
    for first, last in pairwise(edges):
        pieces = -(-(last - first) // _TAPS)
        cuts = [first + (last - first) * i // pieces for i in range(pieces + 1)]
        for start, end in pairwise(cuts):
            yield start, end - start


def _spill(ranges: NDArray[np.int64]) -> int:
    """Most consecutive products whose sum fits 16 bits, of filters and the taps of a step."""
    taps = ranges.shape[1]
    for spill in _SPILLS:
        sums = np.add.reduceat(ranges, np.arange(0, taps, spill), axis=1)
        if sums.max() < 1 << 16:
            return spill
    return 1
