"""Definitions of the layers that move codes and change none."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hwgen.network.graph import Concat, Pad, Reshape, Slice

__all__ = ["concat", "pad", "reshape", "slices"]

Codes = NDArray[np.uint8]


def concat(layer: Concat, codes: Sequence[Codes]) -> Codes:
    """The inputs, one after the other along the layer's axis."""
    return np.concatenate(codes, axis=layer.axis + 1)


def pad(layer: Pad, codes: Codes) -> Codes:
    """The input within a margin of the layer's code."""
    margins = [(0, 0), *zip(layer.before, layer.after, strict=True)]
    return np.pad(codes, margins, constant_values=layer.fill)


def slices(layer: Slice, codes: Codes) -> Codes:
    """Every step-th element from the start on, as many as the layer's shape says."""
    along = zip(layer.start, layer.step, layer.shape, strict=True)
    chosen = [slice(first, first + step * (count - 1) + 1, step) for first, step, count in along]
    return np.ascontiguousarray(codes[:, chosen[0], chosen[1], chosen[2]])


def reshape(layer: Reshape, codes: Codes) -> Codes:
    """The same codes in height, width, channel order, in the layer's shape."""
    return codes.reshape(len(codes), *layer.shape)
