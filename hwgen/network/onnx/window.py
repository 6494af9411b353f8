"""Kernel, stride and padding of convolutions and pools."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hwgen.network.graph import Shape
from hwgen.network.onnx.file import Node

__all__ = ["Window", "window"]


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


def window(node: Node, shape: Shape, kernel: Sequence[int] | None = None) -> Window:
    """Window of ``node`` over an input of ``shape``.

    ``kernel`` is the kernel's size where weights state it.
    """
    size = _numbers(node, "kernel_shape", list(kernel or []), 2, low=1)
    if kernel is not None and size != list(kernel):
        raise node.refusal(f"kernel_shape must be that of the weights {list(kernel)}, not {size}")
    stride = _numbers(node, "strides", [1, 1], 2, low=1)
    dilations = _numbers(node, "dilations", [1, 1], 2, low=1)
    if dilations != [1, 1]:
        raise node.refusal(f"dilations must be [1, 1], not {dilations}")
    if node.attributes.get("ceil_mode", 0) != 0:
        raise node.refusal("ceil_mode must be 0")
    padding = _padding(node, shape, size, stride)
    out = [
        (shape[axis] + padding[axis] + padding[axis + 2] - size[axis]) // stride[axis] + 1
        for axis in (0, 1)
    ]
    if min(out) < 1:
        raise node.refusal(f"kernel {size} must fit the padded input of {list(shape[:2])}")
    if any(padding[side] >= size[side % 2] for side in range(4)):
        raise node.refusal(f"padding {padding} must be smaller than the kernel {size}")
    return Window(
        (size[0], size[1]),
        (stride[0], stride[1]),
        (padding[0], padding[1], padding[2], padding[3]),
        (out[0], out[1]),
    )


def _padding(node: Node, shape: Shape, kernel: list[int], stride: list[int]) -> list[int]:
    mode = node.attributes.get("auto_pad", b"NOTSET").decode()
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
    return value
