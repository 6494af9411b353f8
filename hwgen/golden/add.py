"""Definition of the sum of two tensors."""

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.requantize import requantize, wrap
from hwgen.network.graph import Add

__all__ = ["add"]


def add(
    layer: Add,
    codes: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    zero_points: tuple[int, int],
) -> NDArray[np.uint8]:
    """Output codes of the two operands' ``codes``."""
    first, second = (
        requantize(x.astype(np.int64) - zero_point, rescale, layer.rounding)
        for x, zero_point, rescale in zip(codes, zero_points, layer.operands, strict=True)
    )
    scaled = requantize(wrap(first + second), layer.total, layer.rounding)
    moved = scaled + layer.quantization.zero_point
    return np.clip(moved, layer.low, layer.high).astype(np.uint8)
