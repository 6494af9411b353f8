"""A convolution as golden computes it: what runs without compiled kernels."""

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.convolution import accumulate
from hwgen.golden.products import Products
from hwgen.golden.requantize import requantize
from hwgen.network.graph import Convolution

__all__ = ["Plain"]


class Plain:
    """Golden's own functions behind the interface of the compiled kernels."""

    path = "numpy"

    def __init__(self, layer: Convolution, products: Products, zero_point: int) -> None:
        self._layer, self._products, self._zero_point = layer, products, zero_point

    def run(self, codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        """Write the output codes ``[N, OH, OW, F]`` of ``codes`` ``[N, H, W, C]``."""
        layer = self._layer
        sums = accumulate(layer, self._products, codes, self._zero_point)
        moved = requantize(sums, layer.rescale, layer.rounding) + layer.quantization.zero_point
        np.clip(moved, layer.low, layer.high, out=out, casting="unsafe")

    def accumulate(self, codes: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Accumulators ``[N, OH, OW, F]`` before requantization."""
        sums = accumulate(self._layer, self._products, codes, self._zero_point)
        return sums.astype(np.int32)
