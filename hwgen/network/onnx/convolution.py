"""Conv: grouped and depthwise ones, too."""

from dataclasses import replace

from hwgen.network.onnx import layout
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.multiplication import Multiplication
from hwgen.network.onnx.operands import activation, image
from hwgen.network.onnx.values import Operands, Pending
from hwgen.network.onnx.weights import weights
from hwgen.network.onnx.window import convolution_window

__all__ = ["convolution"]


def convolution(node: Node, operands: Operands) -> Pending:
    """Conv: weights ``[F, C // group, KH, KW]``."""
    source = image(node, activation(node, operands))
    found = weights(node, operands, dimensions=4, filters=0)
    filters, depth = found.codes.shape[:2]
    group = node.attributes.get("group", 1)
    channels = source.shape[2]
    if group < 1 or channels % group or filters % group:
        raise node.refusal(
            f"group must divide {channels} channels and {filters} filters, not be {group}"
        )
    if depth != channels // group:
        raise node.refusal(f"weights must have {channels // group} input channels, not {depth}")
    frame = convolution_window(node, source.shape, found.codes.shape[2:])
    kernels = replace(found, codes=found.codes.transpose(0, 2, 3, 1))
    layer = Multiplication(node, source, kernels, frame, layout.IMAGE, group)
    return layer.pending(operands[2] if len(operands) > 2 else None)
