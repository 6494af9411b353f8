"""Bias update: what takes the mean error of an approximate layer away for free."""

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.multiplier import Multiplier
from hwgen.mapping.kinds import errors, is_exact
from hwgen.network.graph import Convolution

__all__ = ["bias_update", "tap_histograms"]


def bias_update(
    layer: Convolution,
    multiplier: Multiplier,
    mode: int,
    codes: NDArray[np.uint8],
    zero_point: int,
) -> tuple[int, ...]:
    """Mean of exact minus approximate accumulators per filter, over images and positions.

    Rounded to the nearest integer, halves up. As in LVRM (Tasoulas et al., TCAS-I 2020), with
    measured activations in place of a distribution. Empty when every entry is zero.

    Padding is multiplied like any activation; the cross terms of the encoding are exact and
    cancel. So the mean needs only how often each tap sees each code, not the accumulators.

    Parameters
    ----------
    layer : Convolution
    multiplier, mode
        What multiplies in this layer.
    codes : uint8[N, H, W, C]
        The layer's input in the network whose earlier layers are approximated already.
    zero_point : int
        Code of zero in ``codes``: what padding reads.
    """
    if is_exact(multiplier, mode):
        return ()
    seen = tap_histograms(layer, codes, zero_point)
    # Exact in float64 up to 2**53 / 2**17 activations per tap.
    summed = seen.astype(float) @ errors(multiplier, mode).astype(float)
    weights = layer.weights.reshape(len(layer.weights), -1).astype(np.int64)
    columns = multiplier.w_kind.encode(weights + (0 if multiplier.w_kind.signed else 128))
    sums = summed.astype(np.int64)[np.arange(layer.fan_in)[None, :], columns].sum(axis=1)
    count = int(seen[0].sum())
    update = (2 * sums + count) // (2 * count)
    return tuple(int(x) for x in update) if update.any() else ()


def tap_histograms(
    layer: Convolution, codes: NDArray[np.uint8], zero_point: int
) -> NDArray[np.int64]:
    """How often each tap of a filter reads each code: int64[fan_in, 256], padding included."""
    top, left, bottom, right = layer.padding
    padded = np.pad(
        codes, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=zero_point
    )
    channels = padded.shape[3]
    # One bin per channel and code; uint32 keeps the temporary small.
    bins = padded + np.arange(0, 256 * channels, 256, dtype=np.uint32)
    height, width, _ = layer.shape
    (down, across), (_, kernel_height, kernel_width, _) = layer.stride, layer.weights.shape
    counts = [
        np.bincount(
            bins[:, y : y + down * height : down, x : x + across * width : across].ravel(),
            minlength=256 * channels,
        )
        for y in range(kernel_height)
        for x in range(kernel_width)
    ]
    return np.concatenate(counts).reshape(-1, 256)
