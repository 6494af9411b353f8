"""Operators that keep all codes in their order, in other axes."""

import math

import tflite

from hwgen.network.graph import Layer, Reshape
from hwgen.network.tflite.node import Activation, Node

__all__ = ["reshape"]


def reshape(node: Node) -> Layer | Activation:
    """RESHAPE, SQUEEZE and EXPAND_DIMS: no layer where only axes of 1 come or go."""
    source = node.activation()
    node.unchanged(source)
    dims = node.output.dims
    if math.prod(dims) != math.prod(source.dims):
        raise node.refusal(
            f"the output must hold as much as the input {list(source.dims)}, not {list(dims)}"
        )
    found = node.describe(_target(node, source))
    if found.shape == source.shape:
        return Activation(source.name, found.kind, found.dims, found.quantization)
    return Reshape(**node.result(found.dims, source))


def _target(node: Node, source: Activation) -> tuple[int, ...]:
    if node.kind == "EXPAND_DIMS":
        return _expanded(node, source.dims)
    if node.kind == "SQUEEZE":
        return _squeezed(node, source.dims)
    return _reshaped(node, source.dims)


def _reshaped(node: Node, dims: tuple[int, ...]) -> tuple[int, ...]:
    if node.operand(1) is None:
        options = node.chosen(tflite.ReshapeOptions)
        wanted = [options.NewShape(i) for i in range(options.NewShapeLength())]
    else:
        wanted = node.indices(1, "the shape")
    known = math.prod(x for x in wanted if x != -1)
    if wanted.count(-1) > 1 or min(wanted, default=0) < -1 or known < 1:
        raise node.refusal(f"the shape must be sizes, one of them -1 at most, not {wanted}")
    return tuple(math.prod(dims) // known if x == -1 else x for x in wanted)


def _squeezed(node: Node, dims: tuple[int, ...]) -> tuple[int, ...]:
    options = node.chosen(tflite.SqueezeOptions)
    stated = [options.SqueezeDims(i) for i in range(options.SqueezeDimsLength())]
    ones = [i for i, x in enumerate(dims) if x == 1]
    axes = [x + len(dims) if x < 0 else x for x in stated] or ones
    if not set(axes) <= set(ones) - {0}:
        raise node.refusal(f"axes to squeeze must be of size 1 and not the batch, not {axes}")
    return tuple(x for i, x in enumerate(dims) if i not in axes)


def _expanded(node: Node, dims: tuple[int, ...]) -> tuple[int, ...]:
    axes = node.indices(1, "the axis")
    if len(axes) != 1 or not -len(dims) - 1 <= axes[0] <= len(dims):
        raise node.refusal(f"the axis must be one up to {len(dims)}, not {axes}")
    axis = axes[0] + len(dims) + 1 if axes[0] < 0 else axes[0]
    return (*dims[:axis], 1, *dims[axis:])
