"""Concat: along height, width or channels."""

from hwgen.network.graph import Concat, Layer, Shape
from hwgen.network.onnx import layout
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.movement import graph_axis
from hwgen.network.onnx.operands import activation
from hwgen.network.onnx.pooling import requantization
from hwgen.network.onnx.values import Activation, Operands, Output, Pending

__all__ = ["concat"]


def concat(node: Node, operands: Operands) -> Pending:
    """Concat of tensors that differ along one axis only.

    Where their codes mean different things, the output's quantization decides, and each input
    whose own is another gets a requantization in front: ``NODE.0``, ``NODE.1``, ...
    """
    inputs = [activation(node, operands, index) for index in range(len(operands))]
    first = inputs[0]
    axis = _axis(node, inputs)
    shape = list(first.shape)
    shape[axis] = sum(x.shape[axis] for x in inputs)
    whole = (shape[0], shape[1], shape[2])
    alike = all(x.coding == first.coding for x in inputs)

    def build(output: Output) -> tuple[Layer, ...]:
        before: list[Layer] = []
        names = []
        for index, x in enumerate(inputs):
            if (x.coding.quantization, x.coding.low, x.coding.high) == (
                output.quantization, output.low, output.high
            ):  # fmt: skip
                names.append(x.name)
            else:
                names.append(f"{node.name}.{index}")
                before += requantization(node, x, names[-1]).build(output)
        return (*before, _concat(node, tuple(names), whole, axis, output))

    return Pending(
        node,
        whole,
        layout.label(whole, layout.full(first.shape, first.axes)),
        build,
        coding=first.coding if alike else None,
    )


def _axis(node: Node, inputs: list[Activation]) -> int:
    """The graph's axis that grows; the tensors must agree about everything else."""
    first = inputs[0]
    axis = graph_axis(node, first, node.attributes["axis"])
    for other in inputs[1:]:
        form = layout.full(other.shape, other.axes)
        same = form == layout.full(first.shape, first.axes)
        for place in {0, 1, 2} - {axis}:
            same &= other.shape[place] == first.shape[place]
        if not same:
            raise node.refusal(
                f"shapes must be equal but along the axis, not {first.shape} and {other.shape}"
            )
    return axis


def _concat(node: Node, names: tuple[str, ...], shape: Shape, axis: int, output: Output) -> Concat:
    return Concat(
        name=node.name,
        inputs=names,
        shape=shape,
        quantization=output.quantization,
        low=output.low,
        high=output.high,
        axis=axis,
    )
