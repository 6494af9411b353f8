"""Definition of maximum and average pooling."""

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.im2col import windows
from hwgen.golden.requantize import requantize
from hwgen.network.graph import Pool

__all__ = ["pool"]


def pool(layer: Pool, codes: NDArray[np.uint8], zero_point: int) -> NDArray[np.uint8]:
    """Output codes ``[N, OH, OW, C]``; code 0 pads, which never exceeds a maximum."""
    taps = windows(codes, layer.kernel, layer.stride, layer.padding, 0)
    if layer.kind == "max":
        combined = taps.max(axis=(3, 4)).astype(np.int64) - zero_point
    else:
        count = layer.kernel[0] * layer.kernel[1]
        combined = taps.sum(axis=(3, 4), dtype=np.int64) - count * zero_point
    scaled = requantize(combined, layer.rescale, layer.rounding)
    moved = scaled + layer.quantization.zero_point
    return np.clip(moved, layer.low, layer.high).astype(np.uint8)
