"""Shapes that a graph computes: PyTorch's ``x.view(x.size(0), -1)`` with a dynamic batch.

Shape, Gather, Concat and their like on lists of integers are computed here; a Reshape reads the
result. The length of a dynamic batch is a number that no other length can be.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from hwgen.network.onnx import layout
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.values import Activation, Operands, Pending, Source

__all__ = ["BATCH", "FOLDED", "are_lengths", "compute", "shape"]

Lengths: TypeAlias = NDArray[np.integer[Any]]

BATCH = int(np.iinfo(np.int64).min)


def shape(node: Node, operands: Operands, batch: int) -> Lengths:
    """Shape of a tensor of the network; ``batch`` is 0 where it is dynamic."""
    value = operands[0]
    if not isinstance(value, Source | Activation | Pending):
        raise node.refusal(f"input {node.input(0)} must not be a constant")
    found = np.array([batch or BATCH, *layout.sizes(value.shape, value.axes)], np.int64)
    return found[node.attributes.get("start", 0) : node.attributes.get("end")]


def are_lengths(operands: Operands) -> TypeGuard[list[Lengths]]:
    """Whether all of them are integers that are known."""
    return all(isinstance(x, np.ndarray) and x.dtype.kind in "iu" for x in operands)


def compute(node: Node, operands: list[Lengths]) -> Lengths:
    """Result of an operator on integers."""
    try:
        return np.asarray(FOLDED[node.operator](node, *operands))
    except (IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise node.refusal(f"its integers must fit: {' '.join(str(error).split())}") from error


def _gather(node: Node, data: Lengths, indices: Lengths) -> Lengths:
    return np.asarray(np.take(data, indices, axis=node.attributes.get("axis", 0)))


def _cast(node: Node, data: Lengths) -> Lengths:
    if node.attributes.get("to") != 7:  # ONNX's number of int64
        raise node.refusal("integers must be cast to int64")
    return data.astype(np.int64)


def _concat(node: Node, *parts: Lengths) -> Lengths:
    return np.concatenate(parts, axis=node.attributes["axis"])


def _unsqueeze(node: Node, data: Lengths, axes: Lengths | None = None) -> Lengths:
    return np.expand_dims(data, _axes(node, axes))


def _squeeze(node: Node, data: Lengths, axes: Lengths | None = None) -> Lengths:
    return np.squeeze(data, _axes(node, axes) or None)


def _axes(node: Node, axes: Lengths | None) -> tuple[int, ...]:
    return tuple(node.attributes.get("axes", ()) if axes is None else axes.tolist())


def _slice(
    node: Node,
    data: Lengths,
    starts: Lengths,
    ends: Lengths,
    axes: Lengths | None = None,
    steps: Lengths | None = None,
) -> Lengths:
    first, last, step = (None if x is None else x.item() for x in (starts, ends, steps))
    return data[first:last:step]


FOLDED: Mapping[str, Callable[..., Lengths]] = {
    "Cast": _cast,
    "Concat": _concat,
    "Gather": _gather,
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
}
