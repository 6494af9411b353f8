"""Add: of two activations, or of a constant to what a layer multiplied."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.network import rescale
from hwgen.network.graph import Add
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.operands import activation
from hwgen.network.onnx.values import Activation, Constant, Operands, Output, Pending

__all__ = ["add"]


def add(node: Node, operands: Operands) -> Pending:
    """Add of two tensors of one shape, or of a bias as models of MatMul and Add have it."""
    for value, other in (operands[:2], operands[1::-1]):
        if not isinstance(other, Constant | np.ndarray):
            continue
        if isinstance(value, Pending):
            return _bias(node, value, other)
        raise node.refusal(
            "a constant must be added to what a layer multiplied, before that is quantized"
        )
    first, second = (activation(node, operands, index) for index in (0, 1))
    if (first.shape, first.axes) != (second.shape, second.axes):
        raise node.refusal(f"shapes must be equal, not {first.shape} and {second.shape}")
    return Pending(node, first.shape, first.axes, _builder(node, first, second))


def _bias(node: Node, layer: Pending, value: Constant | NDArray[Any]) -> Pending:
    limited = (layer.minimum, layer.maximum) != (-np.inf, np.inf)
    if layer.with_bias is None or limited:
        raise node.refusal(
            f"a constant must be added to a layer that multiplies and has no bias or limits yet, "
            f"not to {layer.node.name}"
        )
    return layer.with_bias(node, value)


def _builder(node: Node, first: Activation, second: Activation) -> Callable[[Output], tuple[Add]]:
    def build(output: Output) -> tuple[Add]:
        try:
            rescales, total = rescale.addition(
                *(x.scale / output.quantization.scale for x in (first, second))
            )
        except ValueError as error:
            raise node.refusal(str(error)) from error
        layer = Add(
            name=node.name,
            inputs=(first.name, second.name),
            shape=first.shape,
            quantization=output.quantization,
            low=output.low,
            high=output.high,
            operands=rescales,
            total=total,
        )
        return (layer,)

    return build
