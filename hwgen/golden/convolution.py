"""Definition of a layer that multiplies."""

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.arith.multiplier import Multiplier
from hwgen.errors import SpecError
from hwgen.golden.emulate import product_sums, weight_zero_point
from hwgen.golden.im2col import im2col
from hwgen.golden.requantize import requantize, wrap
from hwgen.network.graph import Convolution
from hwgen.spec.mapping import LayerMapping

__all__ = ["accumulate", "convolve"]


def accumulate(
    layer: Convolution,
    multiplier: Multiplier,
    mode: int,
    codes: NDArray[np.uint8],
    zero_point: int,
) -> NDArray[np.int64]:
    """Accumulators before the bias: ``[N, OH, OW, F]``.

    ``sum AM(a, w + zw) - zw * SumA - za * SumW + K * za * zw``: the products are the
    multiplier's, the cross terms of the encoding are exact. With the exact multiplier this is
    ``sum (a - za) * w``.

    Parameters
    ----------
    layer : Convolution
    multiplier, mode
        What multiplies. Its weight kind decides ``zw``: 0, or 128 for u8.
    codes : uint8[N, H, W, C]
        Input tensor.
    zero_point : int
        ``za``; padded taps are multiplied as this code.
    """
    sums = product_sums(layer, multiplier, mode, codes, zero_point)
    weight_zero = weight_zero_point(multiplier)
    if weight_zero:
        activations = im2col(codes, layer, zero_point).sum(axis=2, dtype=np.int64)
        sums -= weight_zero * activations.reshape(*sums.shape[:3], 1)
    # SumW of the encoded weights, less K * zw, is the sum of the s8 codes.
    sums -= zero_point * layer.weights.sum(axis=(1, 2, 3), dtype=np.int64)
    return sums


def convolve(
    layer: Convolution, mapping: LayerMapping, codes: NDArray[np.uint8], zero_point: int
) -> NDArray[np.uint8]:
    """Output codes ``[N, OH, OW, F]`` of a layer under its mapping."""
    sums = accumulate(layer, find(mapping.multiplier), mapping.mode, codes, zero_point)
    bias = layer.bias.astype(np.int64)
    if mapping.bias_update:
        if len(mapping.bias_update) != len(bias):
            raise SpecError(
                f"mapping layer {layer.name} bias_update must hold {len(bias)} values, "
                f"not {len(mapping.bias_update)}"
            )
        bias = bias + np.array(mapping.bias_update, dtype=np.int64)
    scaled = requantize(wrap(sums + bias), layer.rescale, layer.rounding)
    moved = scaled + layer.quantization.zero_point
    return np.clip(moved, layer.low, layer.high).astype(np.uint8)
