"""Softmax over the logits."""

from hwgen.network.exponential import exponentials, probability
from hwgen.network.graph import Softmax
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.operands import activation
from hwgen.network.onnx.values import Operands, Output, Pending

__all__ = ["softmax"]


def softmax(node: Node, operands: Operands) -> Pending:
    """Softmax of a flat tensor; other shapes differ between versions of ONNX."""
    source = activation(node, operands)
    axis = node.attributes.get("axis", -1)
    if len(source.axes) != 1 or axis not in (1, -1):
        raise node.refusal(
            f"input must be flat and axis 1, not of shape {source.shape} and axis {axis}"
        )
    if source.shape[:2] != (1, 1):
        raise node.refusal(f"input must be channels only, not of shape {source.shape}")

    def build(output: Output) -> tuple[Softmax]:
        try:
            rescale = probability(output.quantization.scale, source.shape[2])
        except ValueError as error:
            raise node.refusal(str(error)) from error
        layer = Softmax(
            name=node.name,
            inputs=(source.name,),
            shape=source.shape,
            quantization=output.quantization,
            low=output.low,
            high=output.high,
            table=exponentials(source.scale),
            rescale=rescale,
        )
        return (layer,)

    return Pending(node, source.shape, source.axes, build, ranks=source)
