"""Kernel, stride and padding of convolutions and pools."""

from dataclasses import dataclass
from typing import Any

import tflite

from hwgen.network.graph import Shape
from hwgen.network.tflite.node import Node

__all__ = ["Window", "window"]

_LARGEST = 1 << 15  # SAME padding grows with the kernel, however small the input is


@dataclass(frozen=True)
class Window:
    """Where a kernel reads.

    Parameters
    ----------
    kernel, stride : (int, int)
        Vertical, horizontal.
    padding : (int, int, int, int)
        Top, left, bottom, right.
    size : (int, int)
        Positions of the window: the output's height and width.
    """

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    size: tuple[int, int]


def window(node: Node, options: Any, shape: Shape, kernel: tuple[int, int]) -> Window:
    """Window of ``kernel`` over an input of ``shape``, as the node's ``options`` say."""
    stride = (options.StrideH(), options.StrideW())
    if min(stride) < 1:
        raise node.refusal(f"strides must be from 1 up, not {list(stride)}")
    if min(kernel) < 1:
        raise node.refusal(f"the kernel must have sizes from 1 up, not {list(kernel)}")
    if max(kernel) > _LARGEST:
        raise node.refusal(f"kernels must be at most {_LARGEST} wide and high, not {list(kernel)}")
    padding = options.Padding()
    if padding not in (tflite.Padding.SAME, tflite.Padding.VALID):
        raise node.refusal(f"padding must be SAME or VALID, not {padding}")
    same = padding == tflite.Padding.SAME
    axes = [_axis(shape[i], kernel[i], stride[i], same) for i in (0, 1)]
    if min(size for size, _, _ in axes) < 1:
        raise node.refusal(f"kernel {list(kernel)} must fit the input of {list(shape[:2])}")
    (height, top, bottom), (width, left, right) = axes
    return Window(kernel, stride, (top, left, bottom, right), (height, width))


def _axis(size: int, kernel: int, stride: int, same: bool) -> tuple[int, int, int]:
    """Positions, padding before and padding after; an odd padding has its larger half after."""
    if not same:
        return (size - kernel) // stride + 1, 0, 0
    positions = -(-size // stride)
    total = max(0, (positions - 1) * stride + kernel - size)
    return positions, total // 2, total - total // 2
