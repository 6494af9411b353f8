"""Definition of maximum and average pooling."""

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.im2col import windows
from hwgen.golden.requantize import requantize
from hwgen.network.graph import Pool

__all__ = ["pool", "taps_inside"]


def pool(layer: Pool, codes: NDArray[np.uint8], zero_point: int) -> NDArray[np.uint8]:
    """Output codes ``[N, OH, OW, C]`` of input codes whose zero point is ``zero_point``."""
    offset = zero_point if layer.offset is None else layer.offset
    base = layer.quantization.zero_point if layer.offset is None else layer.offset
    if layer.kind == "max":
        combined = _windows(layer, codes, 0).max(axis=(3, 4)).astype(np.int64) - offset
    else:
        count = layer.kernel[0] * layer.kernel[1]
        combined = _windows(layer, codes, offset).sum(axis=(3, 4), dtype=np.int64) - count * offset
    moved = _scaled(layer, combined, codes.shape[1:3]) + base
    return np.clip(moved, layer.low, layer.high).astype(np.uint8)


def taps_inside(layer: Pool, size: tuple[int, ...]) -> NDArray[np.int64]:
    """Taps of each window that lie inside an input of ``(height, width)``: ``[OH, OW]``."""
    ones = np.ones((1, *size, 1), np.uint8)
    return np.asarray(_windows(layer, ones, 0)[0, ..., 0].sum(axis=(2, 3)), np.int64)


def _windows(layer: Pool, codes: NDArray[np.uint8], fill: int) -> NDArray[np.uint8]:
    return windows(codes, layer.kernel, layer.stride, layer.padding, fill)


def _scaled(layer: Pool, combined: NDArray[np.int64], size: tuple[int, ...]) -> NDArray[np.int64]:
    if not layer.by_taps:
        return requantize(combined, layer.rescale, layer.rounding)
    scaled = np.empty_like(combined)
    inside = taps_inside(layer, size)
    for count in np.unique(inside):
        at = inside == count
        scaled[:, at] = requantize(combined[:, at], layer.by_taps[count - 1], layer.rounding)
    return scaled
