"""Which codes tensors hold: those they can hold, or those that images made."""

import numpy as np
from numpy.typing import NDArray

from hwgen import golden
from hwgen.network.graph import Concat, Layer, Network, Pad, Reshape, Slice

__all__ = ["CodeRange", "measured_codes", "possible_codes"]

CodeRange = tuple[int, int]  # smallest and largest

_AT_ONCE = 16  # images whose tensors are held at the same time


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
    """
    mapping = golden.exact_mapping(network)
    ranges: dict[str, CodeRange] = {}
    for first in range(0, len(images), _AT_ONCE):
        tensors = golden.run(network, images[first : first + _AT_ONCE], mapping)
        for name, codes in tensors.items():
            found = (int(codes.min()), int(codes.max()))
            ranges[name] = _union([found, ranges.get(name, found)])
    return ranges


def _possible(layer: Layer, read: list[CodeRange]) -> CodeRange:
    if not isinstance(layer, Concat | Pad | Reshape | Slice):
        return layer.low, layer.high
    low, high = _union([*read, (layer.fill, layer.fill)] if isinstance(layer, Pad) else read)
    return max(low, layer.low), min(high, layer.high)


def _union(ranges: list[CodeRange]) -> CodeRange:
    return min(low for low, _ in ranges), max(high for _, high in ranges)
