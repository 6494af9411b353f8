"""Pad and Slice: codes that move, and margins of one code."""

import math
from collections.abc import Callable, Sequence

from hwgen.network.graph import Layer, Pad, Shape, Slice
from hwgen.network.onnx import layout
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.operands import activation, integers, scalar
from hwgen.network.onnx.values import Activation, Operands, Output, Pending, Value

__all__ = ["graph_axis", "kept", "pad", "slice_"]


def pad(node: Node, operands: Operands) -> Value:
    """Pad with a constant that is a code of the input."""
    source = activation(node, operands)
    mode = node.attributes.get("mode", "constant")
    if mode != "constant":
        raise node.refusal(f"mode must be constant, not {mode}")
    rank = len(source.axes) + 1
    pads = integers(node, operands, 1, "pads")
    axes = integers(node, operands, 3, "axes") or list(range(rank))
    if pads is None or len(pads) != 2 * len(axes) or min(pads) < 0:
        raise node.refusal(f"pads must hold {2 * len(axes)} numbers from 0 up, not {pads}")
    before, after = [0, 0, 0], [0, 0, 0]
    for axis, first, last in zip(axes, pads, pads[len(axes) :], strict=False):
        if first or last:
            place = graph_axis(node, source, axis)
            before[place], after[place] = first, last
    if not any(before + after):
        return source
    sizes = [sum(x) for x in zip(source.shape, before, after, strict=True)]
    fill = _fill(node, source, scalar(node, operands, 2, "value") or 0.0)

    def build(output: Output, shape: Shape) -> Pad:
        return Pad(
            name=node.name,
            inputs=(source.name,),
            shape=shape,
            quantization=output.quantization,
            low=output.low,
            high=output.high,
            before=_triple(before),
            after=_triple(after),
            fill=fill,
        )

    return kept(node, source, _triple(sizes), build)


def slice_(node: Node, operands: Operands) -> Value:
    """Slice: every ``step``-th element of some axes, forwards."""
    source = activation(node, operands)
    starts = integers(node, operands, 1, "starts")
    ends = integers(node, operands, 2, "ends")
    if starts is None or ends is None:
        raise node.refusal("starts and ends must be given")
    axes = integers(node, operands, 3, "axes") or list(range(len(starts)))
    steps = integers(node, operands, 4, "steps") or [1] * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps):
        raise node.refusal("starts, ends, axes and steps must be equally long")
    if len(set(axes)) != len(axes):
        raise node.refusal(f"axes must differ, not be {axes}")
    start, step, sizes = [0, 0, 0], [1, 1, 1], list(source.shape)
    for axis, first, last, by in zip(axes, starts, ends, steps, strict=True):
        if by < 1:
            raise node.refusal(f"steps must be positive, not {by}")
        if (first, by) == (0, 1) and last >= _length(source, axis):
            continue
        place = graph_axis(node, source, axis)
        taken = range(source.shape[place])[first:last:by]
        if not taken:
            raise node.refusal(f"there must be something left of axis {axis}: {first} to {last}")
        start[place], step[place], sizes[place] = taken.start, by, len(taken)
    if tuple(sizes) == source.shape:
        return source

    def build(output: Output, shape: Shape) -> Slice:
        return Slice(
            name=node.name,
            inputs=(source.name,),
            shape=shape,
            quantization=output.quantization,
            low=output.low,
            high=output.high,
            start=_triple(start),
            step=_triple(step),
        )

    return kept(node, source, _triple(sizes), build)


def graph_axis(node: Node, source: Activation, axis: int) -> int:
    """The graph's axis that ``axis`` of an ONNX tensor runs over, of several none."""
    rank = len(source.axes) + 1
    place = axis + rank if axis < 0 else axis
    if not 0 < place < rank:
        raise node.refusal(f"axis must be from 1 to {rank - 1}, behind the batch, not {axis}")
    group = layout.full(source.shape, source.axes)[place - 1]
    found = [x for x in group if source.shape[x] > 1] or sorted(group)[-1:]
    if len(found) != 1:
        raise node.refusal(f"axis {axis} must be one of height, width and channels, not merged")
    return found[0]


def kept(
    node: Node, source: Activation, shape: Shape, build: Callable[[Output, Shape], Layer]
) -> Pending:
    """A layer of ``shape`` that keeps the codes of ``source``, and their order of axes."""
    return Pending(
        node,
        shape,
        layout.label(shape, layout.full(source.shape, source.axes)),
        lambda output: (build(output, shape),),
        coding=source.coding,
    )


def _length(source: Activation, axis: int) -> int:
    """Of an ONNX axis; the batch may be as long as the 32 bits of an end can say."""
    lengths = [(1 << 31) - 1, *layout.sizes(source.shape, source.axes)]
    return lengths[axis] if -len(lengths) <= axis < len(lengths) else 1 << 63  # no such axis


def _fill(node: Node, source: Activation, value: float) -> int:
    coding = source.coding
    code = value / source.scale + coding.quantization.zero_point
    whole = round(code) if math.isfinite(code) else -1
    if not coding.low <= whole <= coding.high or abs(code - whole) > 1e-3:
        raise node.refusal(f"the value must be one that the input's codes stand for, not {value:g}")
    return whole


def _triple(values: Sequence[int]) -> Shape:
    return values[0], values[1], values[2]
