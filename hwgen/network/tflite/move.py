"""Operators that put codes together and change none."""

import tflite

from hwgen.network.graph import Concat, Pad
from hwgen.network.tflite.file import Tensor
from hwgen.network.tflite.node import Node, spread

__all__ = ["concatenation", "pad"]


def concatenation(node: Node) -> Concat:
    """CONCATENATION of tensors that share scale and zero point."""
    options = node.chosen(tflite.ConcatenationOptions)
    if options.FusedActivationFunction() != tflite.ActivationFunctionType.NONE:
        raise node.refusal("a concatenation must have no fused activation")
    sources = [node.activation(i) for i in range(len(node.operands))]
    if not sources:
        raise node.refusal("a concatenation must have inputs")
    node.unchanged(*sources)
    first = sources[0].dims
    axis = options.Axis() + (len(first) if options.Axis() < 0 else 0)
    if not 1 <= axis < len(first):
        raise node.refusal(f"the axis must be from 1 to {len(first) - 1}, not {axis}")
    for source in sources:
        rest = (*source.dims[:axis], first[axis], *source.dims[axis + 1 :])
        if len(source.dims) != len(first) or rest != first:
            raise node.refusal(
                f"shapes must be equal but for axis {axis}, "
                f"not {list(first)} and {list(source.dims)}"
            )
    dims = (*first[:axis], sum(x.dims[axis] for x in sources), *first[axis + 1 :])
    return Concat(**node.result(dims, *sources), axis=axis - len(first) + 3)


def pad(node: Node) -> Pad:
    """PAD with the code of 0, or PADV2 with another."""
    source = node.activation()
    node.unchanged(source)
    fill = node.quantization(node.output).zero_point
    if node.kind == "PADV2":
        fill = _fill(node)
    margins = node.indices(1, "the paddings")
    rank = len(source.dims)
    before, after = margins[0::2], margins[1::2]
    if len(margins) != 2 * rank or min(margins) < 0 or before[0] or after[0]:
        raise node.refusal(
            f"the paddings must be {rank} pairs from 0 up, the batch's 0, not {margins}"
        )
    dims = tuple(b + x + a for b, x, a in zip(before, source.dims, after, strict=True))
    return Pad(
        **node.result(dims, source), before=spread(before, 0), after=spread(after, 0), fill=fill
    )


def _fill(node: Node) -> int:
    codes = node.constant(2, "the padding's value", ("INT8",))
    value = node.operand(2)
    assert isinstance(value, Tensor)  # constant() has looked
    if codes.size != 1 or node.quantization(value) != node.quantization(node.output):
        raise node.refusal(
            "the padding's value must be one code, with the scale and zero point of the output"
        )
    return int(codes.reshape(-1)[0]) + 128
