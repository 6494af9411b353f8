"""Relu and Clip: limits on the codes of the layer that they follow."""

from dataclasses import replace

import numpy as np

from hwgen.network.onnx.file import Node
from hwgen.network.onnx.operands import activation, scalar
from hwgen.network.onnx.pooling import requantization
from hwgen.network.onnx.values import Operands, Pending

__all__ = ["clip", "relu"]


def relu(node: Node, operands: Operands) -> Pending:
    """Relu."""
    return _limit(node, operands, 0.0, np.inf)


def clip(node: Node, operands: Operands) -> Pending:
    """Clip: a Relu6 as well."""
    low, high = scalar(node, operands, 1, "min"), scalar(node, operands, 2, "max")
    minimum = -np.inf if low is None else low
    maximum = np.inf if high is None else high
    if not minimum <= maximum:
        raise node.refusal(f"min must be no larger than max, not {minimum:g} and {maximum:g}")
    return _limit(node, operands, minimum, maximum)


def _limit(node: Node, operands: Operands, minimum: float, maximum: float) -> Pending:
    value = operands[0]
    if not isinstance(value, Pending):
        value = requantization(node, activation(node, operands))
    return replace(
        value,
        minimum=min(max(value.minimum, minimum), maximum),
        maximum=max(min(value.maximum, maximum), minimum),
    )
