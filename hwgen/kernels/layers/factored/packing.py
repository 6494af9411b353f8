"""Weights in the order in which tiles read them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.kernels.layers.factored.digits import Digit
from hwgen.kernels.layers.geometry import Geometry

__all__ = ["Format", "Packed", "pack", "pack_depthwise"]

_STEP = 4  # bytes of codes that a step reads


@dataclass(frozen=True, kw_only=True)
class Format:
    """What an instruction set multiplies.

    Parameters
    ----------
    lanes : int
        Filters of a vector.
    most : int
        Vectors of filters in a tile.
    element : int
        Bytes of a code, and of a weight.
    apart : bool
        Whether a vector holds all filters' weights of a tap together, not those of a filter.
    """

    lanes: int
    most: int
    element: int
    apart: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Packed:
    """``struct run`` of each run, vectors in each chunk of filters, and the weights.

    Parameters
    ----------
    runs : list of (offset, steps, shift)
    chunks : list of int
    weights : uint8[bytes], or int32[runs, F] of a depthwise layer
    """

    runs: list[tuple[int, int, int]]
    chunks: list[int]
    weights: NDArray[np.generic]


def columns_of(geometry: Geometry) -> int:
    """Columns of the padded input that windows read."""
    return (geometry.out_width - 1) * geometry.stride[1] + geometry.kernel[1]


def pack(geometry: Geometry, tables: int, digits: tuple[Digit, ...], form: Format) -> Packed:
    """Runs and weights of digits, highest place first."""
    g = geometry
    row = columns_of(g) * g.channels * form.element
    # The taps of a kernel row lie together unless a group's channels leave some out.
    pieces = 1 if g.groups == 1 else g.kernel[1]
    runs, blocks, last = [], [], digits[0].place if digits else 0
    for digit in digits:
        weights = digit.weights.reshape(g.filters, g.kernel[0], pieces, -1)
        for y in range(g.kernel[0]):
            for x in range(pieces):
                offset = (y * tables + digit.table) * row + x * g.channels * form.element
                block = _steps(weights[:, y, x], form)
                runs.append((offset, block.shape[1], last - digit.place))
                blocks.append(block)
                last = digit.place
    if last:
        runs.append((0, 0, last))
    chunks = _chunks(-(-g.filters // g.groups // form.lanes), form.most)
    return Packed(runs=runs, chunks=chunks, weights=_ordered(blocks, g, chunks, form))


def _steps(weights: NDArray[np.int64], form: Format) -> NDArray[np.int64]:
    """A run's weights ``[F, taps]`` as ``[F, steps, elements of a step]``."""
    per_step = _STEP // form.element
    missing = -weights.shape[1] % per_step
    return np.pad(weights, ((0, 0), (0, missing))).reshape(len(weights), -1, per_step)


def _chunks(vectors: int, most: int) -> list[int]:
    """About equal numbers of vectors, at most so many."""
    count = -(-vectors // most)
    return [vectors * (k + 1) // count - vectors * k // count for k in range(count)]


def _ordered(
    blocks: list[NDArray[np.int64]], geometry: Geometry, chunks: list[int], form: Format
) -> NDArray[np.uint8]:
    """``[group][chunk][step][vector][filter][element]``."""
    if not blocks:
        return np.zeros(_STEP, np.uint8)
    whole = np.concatenate(blocks, axis=1).astype(np.int8 if form.element == 1 else np.int16)
    steps, per_step = whole.shape[1:]
    groups = whole.reshape(geometry.groups, -1, steps, per_step)
    missing = sum(chunks) * form.lanes - groups.shape[1]
    groups = np.pad(groups, ((0, 0), (0, missing), (0, 0), (0, 0)))
    parts = []
    for group in groups.reshape(len(groups), -1, form.lanes, steps, per_step):
        first = 0
        for vectors in chunks:
            part = group[first : first + vectors].transpose(2, 0, 1, 3)
            parts.append((part.swapaxes(2, 3) if form.apart else part).ravel())
            first += vectors
    return np.concatenate(parts).view(np.uint8)


def pack_depthwise(geometry: Geometry, weights: list[NDArray[np.int64]]) -> Packed:
    """A run per tap and table; of each term the weights ``[F, KH, KW, 1]``."""
    g = geometry
    row = columns_of(g) * g.channels
    runs = [
        ((y * len(weights) + table) * row + x * g.channels, 0, 0)
        for table in range(len(weights))
        for y in range(g.kernel[0])
        for x in range(g.kernel[1])
    ]
    taps = [w.reshape(g.filters, -1).T for w in weights]
    packed = np.concatenate(taps) if taps else np.zeros((0, g.filters), np.int64)
    return Packed(runs=runs, chunks=[1], weights=packed.astype(np.int32))
