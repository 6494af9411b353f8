"""Which axes of the graph's ``[height, width, channels]`` the axes of an ONNX tensor hold.

ONNX moves and merges axes (Transpose, Flatten, Reshape, Squeeze); the codes of our tensors stay
where they are, and only their label changes. A label has one group per ONNX axis behind the batch:
the graph's axes that it runs over, slowest first. Axes of length 1 are in no group.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

from hwgen.network.graph import Shape

__all__ = [
    "FLAT",
    "IMAGE",
    "IMAGE_LAST",
    "Axes",
    "full",
    "image",
    "label",
    "regroup",
    "sizes",
]

Axes: TypeAlias = tuple[tuple[int, ...], ...]

_HEIGHT, _WIDTH, _CHANNELS = range(3)
IMAGE: Axes = ((_CHANNELS,), (_HEIGHT,), (_WIDTH,))  # [N, C, H, W]
IMAGE_LAST: Axes = ((_HEIGHT,), (_WIDTH,), (_CHANNELS,))  # [N, H, W, C]
FLAT: Axes = ((_CHANNELS, _HEIGHT, _WIDTH),)  # [N, C * H * W]
_FLAT_LAST: Axes = ((_HEIGHT, _WIDTH, _CHANNELS),)


def label(shape: Shape, axes: Axes) -> Axes:
    """``axes`` of a tensor of ``shape``, without those of length 1."""
    return tuple(tuple(axis for axis in group if shape[axis] > 1) for group in axes)


def image(shape: Shape) -> Axes:
    """Label of ``[N, C, H, W]``."""
    return label(shape, IMAGE)


def full(shape: Shape, axes: Axes) -> Axes:
    """A label with its axes of length 1 again, where the form is a usual one."""
    for form in (IMAGE, IMAGE_LAST, FLAT, _FLAT_LAST):
        if label(shape, form) == axes:
            return form
    return axes


def sizes(shape: Shape, axes: Axes) -> list[int]:
    """Lengths of the ONNX axes behind the batch."""
    return [math.prod(shape[axis] for axis in group) for group in axes]


def regroup(shape: Shape, axes: Axes, wanted: Sequence[int]) -> Axes | None:
    """Label of the same elements in the same order, with axes of ``wanted`` lengths.

    None where an axis of the graph would have to be cut.
    """
    rest = [axis for group in axes for axis in group]
    groups = []
    for size in wanted:
        group: list[int] = []
        while rest and math.prod(shape[axis] for axis in group) < size:
            group.append(rest.pop(0))
        if math.prod(shape[axis] for axis in group) != size:
            return None
        groups.append(tuple(group))
    return None if rest else tuple(groups)
