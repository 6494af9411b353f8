"""Which codes tensors hold: those they can hold, or those that images made."""

import math

import numpy as np
from numpy.typing import NDArray

from hwgen import golden
from hwgen.errors import SpecError
from hwgen.network.graph import Concat, Layer, Network, Pad, Reshape, Slice

__all__ = ["MEMORY", "CodeRange", "measured_codes", "possible_codes"]

CodeRange = tuple[int, int]  # smallest and largest

MEMORY = 2 << 30  # bytes for tensors
_AT_ONCE = 16  # images, where they fit: more are no faster
_SUMS = 8 * 8  # bytes of each sum, as the golden model computes with 64 bits step by step


def possible_codes(network: Network) -> dict[str, CodeRange]:
    """Bounds of the codes of every tensor by name, whatever the network's input holds.

    A layer's clamp gives them; layers that only move codes hold what they read.
    """
    ranges = {network.input_name: (0, 255)}
    for layer in network.layers:
        ranges[layer.name] = _possible(layer, [ranges[name] for name in layer.inputs])
    return ranges


def measured_codes(network: Network, images: NDArray[np.uint8]) -> dict[str, CodeRange]:
    """Smallest and largest code of every tensor by name when the exact network runs.

    Parameters
    ----------
    network : Network
    images : uint8[N, H, W, C]
        At least one.

    Raises
    ------
    SpecError
        One image's tensors take more than :data:`MEMORY`.
    """
    mapping = golden.exact_mapping(network)
    at_once = _at_once(network)
    ranges: dict[str, CodeRange] = {}
    for first in range(0, len(images), at_once):
        tensors = golden.run(network, images[first : first + at_once], mapping)
        for name, codes in tensors.items():
            found = (int(codes.min()), int(codes.max()))
            ranges[name] = _union([found, ranges.get(name, found)])
    return ranges


def _at_once(network: Network) -> int:
    """Images whose tensors are held at the same time."""
    sizes = [math.prod(shape) for shape in network.shapes.values()]
    needed = sum(sizes) + _SUMS * max(sizes)
    if needed > MEMORY:
        raise SpecError(
            f"inspect needs {-(-needed >> 20)} MB for the tensors of one image, "
            f"not {MEMORY >> 20}: without --data it tells the codes that are possible"
        )
    return min(_AT_ONCE, MEMORY // needed)


def _possible(layer: Layer, read: list[CodeRange]) -> CodeRange:
    if not isinstance(layer, Concat | Pad | Reshape | Slice):
        return layer.low, layer.high
    low, high = _union([*read, (layer.fill, layer.fill)] if isinstance(layer, Pad) else read)
    return max(low, layer.low), min(high, layer.high)


def _union(ranges: list[CodeRange]) -> CodeRange:
    return min(low for low, _ in ranges), max(high for _, high in ranges)
