"""Operators that take a part of a tensor."""

import tflite

from hwgen.network.graph import Slice
from hwgen.network.tflite.node import Activation, Node, spread

__all__ = ["slices", "strided_slice"]


def slices(node: Node) -> Slice:
    """SLICE: a box out of the input."""
    source = node.activation()
    begin, size = node.indices(1, "the beginnings"), node.indices(2, "the sizes")
    if not len(begin) == len(size) == len(source.dims):
        raise node.refusal(
            f"there must be {len(source.dims)} beginnings and sizes, "
            f"not {len(begin)} and {len(size)}"
        )
    whole = [x - b if s == -1 else s for x, b, s in zip(source.dims, begin, size, strict=True)]
    return _slice(node, source, begin, whole, [1] * len(begin))


def strided_slice(node: Node) -> Slice:
    """STRIDED_SLICE with positive strides that keeps all axes."""
    options = node.chosen(tflite.StridedSliceOptions)
    for mask in ("EllipsisMask", "NewAxisMask", "ShrinkAxisMask", "Offset"):
        if getattr(options, mask)():
            raise node.refusal(f"{mask} must be 0, not {int(getattr(options, mask)())}")
    source = node.activation()
    rank = len(source.dims)
    names = ("the beginnings", "the ends", "the strides")
    begin, end, step = (node.indices(i, x) for i, x in enumerate(names, 1))
    if not len(begin) == len(end) == len(step) == rank or min(step) < 1:
        raise node.refusal(
            f"there must be {rank} beginnings, ends and positive strides, "
            f"not {begin}, {end} and {step}"
        )
    first, last = [], []
    for axis, size in enumerate(source.dims):
        first.append(0 if options.BeginMask() >> axis & 1 else _inside(begin[axis], size))
        last.append(size if options.EndMask() >> axis & 1 else _inside(end[axis], size))
    counts = [-((b - e) // s) for b, e, s in zip(first, last, step, strict=True)]
    return _slice(node, source, first, counts, step)


def _slice(
    node: Node, source: Activation, begin: list[int], counts: list[int], step: list[int]
) -> Slice:
    node.unchanged(source)
    for axis, (b, count, s, size) in enumerate(zip(begin, counts, step, source.dims, strict=True)):
        if b < 0 or count < 1 or b + (count - 1) * s >= size:
            raise node.refusal(
                f"axis {axis} of {size} must hold {count} elements from {b} on, every {s}"
            )
    fields = node.result(tuple(counts), source)
    return Slice(**fields, start=spread(begin, 0), step=spread(step, 1))


def _inside(position: int, size: int) -> int:
    return min(max(position + size if position < 0 else position, 0), size)
