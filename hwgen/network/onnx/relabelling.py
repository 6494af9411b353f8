"""Flatten, Reshape, Squeeze, Unsqueeze, Transpose, Identity and Dropout: codes that stay.

ONNX sees the same elements with other axes. Only where the order of elements would change, or
an axis be cut, is the operator refused.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from hwgen.network.graph import Reshape
from hwgen.network.onnx import layout
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.lengths import BATCH
from hwgen.network.onnx.operands import flag, integers
from hwgen.network.onnx.values import (
    Activation,
    Constant,
    Operands,
    Output,
    Pending,
    Source,
    Value,
)

__all__ = ["dropout", "flatten", "identity", "reshape", "squeeze", "transpose", "unsqueeze"]

_Tensor: TypeAlias = Source | Activation | Pending


def identity(node: Node, operands: Operands) -> Value:
    """Identity, of anything."""
    value = operands[0]
    assert value is not None  # ONNX has no Identity of nothing
    return value


def dropout(node: Node, operands: Operands) -> Value:
    """Dropout, which does nothing but in training."""
    mode = operands[2] if len(operands) > 2 else None
    if mode is not None and not (isinstance(mode, np.ndarray) and not mode.any()):
        raise node.refusal("training_mode must be false")
    return identity(node, operands)


def flatten(node: Node, operands: Operands) -> Value:
    """Flatten of everything behind the batch."""
    value = _tensor(node, operands)
    axis = node.attributes.get("axis", 1)
    if axis not in (1, -len(value.axes)):
        raise node.refusal(f"axis must be 1, not {axis}")
    return _reshaped(node, value, [math.prod(value.shape)])


def reshape(node: Node, operands: Operands, batch: int) -> Value:
    """Reshape that leaves the batch alone, whose size is ``batch`` or 0 if it is free."""
    value = _tensor(node, operands)
    target = integers(node, operands, 1, "shape")
    whole = math.prod(value.shape)
    if target and target[0] == BATCH:
        target[0] = 0
    if not target or target[0] not in (-1, 0, 1, batch) or flag(node, "allowzero", 0):
        raise node.refusal(f"shape must be [batch, ...], not {target}")
    given = layout.sizes(value.shape, value.axes)
    sizes = [
        given[place] if size == 0 and place < len(given) else size
        for place, size in enumerate(target[1:])
    ]
    if target[0] != -1 and sizes.count(-1) == 1:
        rest = math.prod(size for size in sizes if size != -1)
        sizes[sizes.index(-1)] = whole // rest if rest > 0 else 0
    if min(sizes, default=1) < 1 or math.prod(sizes) != whole:
        raise node.refusal(f"shape must hold {whole} elements behind the batch, not {target}")
    return _reshaped(node, value, sizes)


def squeeze(node: Node, operands: Operands) -> Value:
    """Squeeze of axes of length 1."""
    value = _tensor(node, operands)
    sizes = layout.sizes(value.shape, value.axes)
    rank = len(sizes) + 1
    named = integers(node, operands, 1, "axes")
    if named is None:  # all of length 1: the batch may be among them
        raise node.refusal("axes must be given")
    axes = {axis + rank if axis < 0 else axis for axis in named}
    if not all(0 < axis < rank and sizes[axis - 1] == 1 for axis in axes):
        raise node.refusal(f"axes must be of length 1, and not the batch, not {named}")
    return _relabelled(value, [x for i, x in enumerate(value.axes, start=1) if i not in axes])


def unsqueeze(node: Node, operands: Operands) -> Value:
    """Unsqueeze: more axes of length 1."""
    value = _tensor(node, operands)
    named = integers(node, operands, 1, "axes") or []
    rank = len(value.axes) + 1 + len(named)
    axes = sorted(axis + rank if axis < 0 else axis for axis in named)
    if len(set(axes)) != len(axes) or not all(0 < axis < rank for axis in axes):
        raise node.refusal(f"axes must differ and lie behind the batch, not {named}")
    groups = list(value.axes)
    for axis in axes:
        groups.insert(axis - 1, ())
    return _reshaped(node, value, layout.sizes(value.shape, tuple(groups)))


def transpose(node: Node, operands: Operands) -> Value:
    """Transpose that leaves the batch in front; of constant weights as well."""
    value = operands[0]
    if isinstance(value, Constant):
        return _transposed(node, value)
    tensor = _tensor(node, operands)
    rank = len(tensor.axes) + 1
    order = node.attributes.get("perm", list(range(rank))[::-1])
    if order[:1] != [0] or sorted(order) != list(range(rank)):
        raise node.refusal(f"perm must leave the batch in front of {rank - 1} axes, not {order}")
    return _relabelled(tensor, [tensor.axes[place - 1] for place in order[1:]])


def _transposed(node: Node, value: Constant) -> Constant:
    places = list(range(value.codes.ndim))
    order = node.attributes.get("perm", places[::-1])
    if sorted(order) != places:
        raise node.refusal(f"perm must hold {places}, not {order}")
    axis = order.index(value.axis) if value.scale.size > 1 else 0
    return replace(value, codes=value.codes.transpose(order), axis=axis)


def _tensor(node: Node, operands: Operands) -> _Tensor:
    value = operands[0]
    if not isinstance(value, Source | Activation | Pending):
        raise node.refusal(f"input {node.input(0)} must not be a constant")
    return value


def _relabelled(value: _Tensor, axes: Sequence[tuple[int, ...]]) -> Value:
    if isinstance(value, Pending):  # what an Add adds to is no longer an axis of its own
        return replace(value, axes=tuple(axes), with_bias=None, ranks=None)
    return replace(value, axes=tuple(axes))


def _reshaped(node: Node, value: _Tensor, sizes: list[int]) -> Value:
    """``value`` with axes of other ``sizes``: relabelled, or by a Reshape of the graph."""
    axes = layout.regroup(value.shape, value.axes, sizes)
    usual = [layout.label(value.shape, x) for x in (layout.IMAGE, layout.IMAGE_LAST)]
    if axes is not None and (len(sizes) != 3 or axes in usual):
        return _relabelled(value, axes)
    order = [axis for group in value.axes for axis in group]
    if isinstance(value, Activation) and order == sorted(order) and len(sizes) in (2, 3):
        return _layer(node, value, sizes)
    if axes is None:
        raise node.refusal(f"the order of elements must stay, which [batch, ...] = {sizes} changes")
    return _relabelled(value, axes)


def _layer(node: Node, source: Activation, sizes: list[int]) -> Pending:
    """Elements in the graph's order become an image, or lines that may become one later."""
    first, second, third = [*sizes, 1][:3]
    shape, axes = (first, second, third), layout.IMAGE_LAST
    if len(sizes) == 2:
        axes = axes[:2]
    elif first == 1 or second * third == 1:  # the same order in [N, C, H, W]
        shape, axes = (second, third, first), layout.IMAGE

    def build(output: Output) -> tuple[Reshape]:
        layer = Reshape(
            name=node.name,
            inputs=(source.name,),
            shape=shape,
            quantization=output.quantization,
            low=output.low,
            high=output.high,
        )
        return (layer,)

    label = layout.label(shape, axes)
    return Pending(node, shape, label, build, coding=source.coding)
