"""Kernel, stride and padding of convolutions and pools."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hwgen.network.graph import Shape
from hwgen.network.onnx.file import Node

__all__ = ["Window", "convolution_window", "pool_window"]


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

    @property
    def taps(self) -> int:
        """Of the kernel."""
        return self.kernel[0] * self.kernel[1]


def convolution_window(node: Node, shape: Shape, kernel: Sequence[int]) -> Window:
    """Window of a Conv over an input of ``shape``, whose weights have a ``kernel`` size."""
    size = _numbers(node, "kernel_shape", list(kernel), 2, low=1)
    if size != list(kernel):
        raise node.refusal(f"kernel_shape must be that of the weights {list(kernel)}, not {size}")
    return _window(node, shape, size)


def pool_window(node: Node, shape: Shape) -> Window:
    """Window of a pool over an input of ``shape``.

    With ``ceil_mode`` a last window may hang over the edge, as if there were more padding; it
    must start inside the input or its left padding.
    """
    size = _numbers(node, "kernel_shape", [], 2, low=1)
    found = _window(node, shape, size)
    if any(found.padding[side] >= size[side % 2] for side in range(4)):
        raise node.refusal(
            f"padding {list(found.padding)} must be smaller than the kernel {list(size)}"
        )
    mode = node.attributes.get("ceil_mode", 0)
    if mode not in (0, 1):
        raise node.refusal(f"ceil_mode must be 0 or 1, not {mode}")
    return _ceiled(found, shape) if mode else found


def _window(node: Node, shape: Shape, kernel: list[int]) -> Window:
    stride = _numbers(node, "strides", [1, 1], 2, low=1)
    dilations = _numbers(node, "dilations", [1, 1], 2, low=1)
    if dilations != [1, 1]:
        raise node.refusal(f"dilations must be [1, 1], not {dilations}")
    padding = _padding(node, shape, kernel, stride)
    size = [
        (shape[axis] + padding[axis] + padding[axis + 2] - kernel[axis]) // stride[axis] + 1
        for axis in (0, 1)
    ]
    if min(size) < 1:
        raise node.refusal(f"kernel {kernel} must fit the padded input of {list(shape[:2])}")
    return Window(
        (kernel[0], kernel[1]),
        (stride[0], stride[1]),
        (padding[0], padding[1], padding[2], padding[3]),
        (size[0], size[1]),
    )


def _ceiled(window: Window, shape: Shape) -> Window:
    padding, size = list(window.padding), list(window.size)
    for axis in (0, 1):
        first, stride = padding[axis], window.stride[axis]
        missing = shape[axis] + first + padding[axis + 2] - window.kernel[axis]
        start = size[axis] * stride  # of one window more
        if missing % stride and start < shape[axis] + first:
            size[axis] += 1
            padding[axis + 2] += stride - missing % stride
    return replace(
        window,
        padding=(padding[0], padding[1], padding[2], padding[3]),
        size=(size[0], size[1]),
    )


def _padding(node: Node, shape: Shape, kernel: list[int], stride: list[int]) -> list[int]:
    mode = node.attributes.get("auto_pad", "NOTSET")
    if mode == "NOTSET":
        return _numbers(node, "pads", [0, 0, 0, 0], 4, low=0)
    if mode == "VALID":
        return [0, 0, 0, 0]
    if mode not in ("SAME_UPPER", "SAME_LOWER"):
        raise node.refusal(f"auto_pad {mode} is not supported")
    before, after = [], []
    for axis in (0, 1):
        positions = -(-shape[axis] // stride[axis])
        total = max(0, (positions - 1) * stride[axis] + kernel[axis] - shape[axis])
        small, large = total // 2, total - total // 2
        before.append(small if mode == "SAME_UPPER" else large)
        after.append(large if mode == "SAME_UPPER" else small)
    return before + after


def _numbers(node: Node, name: str, default: list[int], count: int, low: int) -> list[int]:
    value: Any = node.attributes.get(name, default)
    if not isinstance(value, list) or len(value) != count or min(value) < low:
        raise node.refusal(f"{name} must hold {count} numbers from {low} up, not {value!r}")
    if max(value, default=0) >= 1 << 31:
        raise node.refusal(f"{name} must be below 2**31, not {value}")
    return value
