"""Windows of a tensor, padding included."""

from typing import Any, TypeVar

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from hwgen.network.graph import Convolution

__all__ = ["im2col", "windows"]

Scalar = TypeVar("Scalar", bound=np.generic)


def im2col(tensor: NDArray[Scalar], layer: Convolution, fill: Any) -> NDArray[Scalar]:
    """Activations that each output position multiplies: ``[N, OH * OW, G * K]``.

    Positions are in raster order, groups one after the other, taps in kernel row, kernel column,
    channel order.

    Parameters
    ----------
    tensor : array[N, H, W, C]
        Codes; or anything in their place, with a multiple of the channels.
    layer : Convolution
    fill : scalar, or one per channel
        What padded taps read: the zero point, where codes are read.
    """
    _, height, width, _ = layer.weights.shape
    found = windows(tensor, (height, width), layer.stride, layer.padding, fill)
    count, rows, columns, *_ = found.shape
    if layer.groups > 1:
        cut = found.reshape(count, rows, columns, height, width, layer.groups, -1)
        found = np.moveaxis(cut, 5, 3)
    return found.reshape(count, rows * columns, -1)


def windows(
    tensor: NDArray[Scalar],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int, int, int],
    fill: Any,
) -> NDArray[Scalar]:
    """View of ``tensor`` ``[N, H, W, C]`` as ``[N, OH, OW, KH, KW, C]``.

    ``padding`` is top, left, bottom, right; ``fill`` is its value, or one per channel.
    """
    top, left, bottom, right = padding
    count, height, width, channels = tensor.shape
    if any(padding):
        padded = np.empty(
            (count, top + height + bottom, left + width + right, channels), tensor.dtype
        )
        padded[...] = fill
        padded[:, top : top + height, left : left + width] = tensor
        tensor = padded
    steps = tensor.strides
    size = [(tensor.shape[1 + i] - kernel[i]) // stride[i] + 1 for i in (0, 1)]
    return as_strided(
        tensor,
        (count, *size, *kernel, channels),
        (steps[0], steps[1] * stride[0], steps[2] * stride[1], *steps[1:]),
        writeable=False,
    )
