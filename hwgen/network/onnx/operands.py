"""Inputs of an operator, each of the kind that it needs, or a refusal that says which."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.network import rescale
from hwgen.network.graph import Rescale
from hwgen.network.onnx import layout
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.values import Activation, Constant, Operands, Pending, Source

__all__ = ["activation", "factor", "flag", "image", "integers", "scalar"]


def activation(node: Node, operands: Operands, index: int = 0) -> Activation:
    """A quantized tensor."""
    value = operands[index] if index < len(operands) else None
    if not isinstance(value, Activation):
        raise node.refusal(f"input {node.input(index)} must be a quantized activation")
    return value


def image(node: Node, source: Activation) -> Activation:
    """``source``, which must be ``[N, C, H, W]``."""
    if source.axes != layout.image(source.shape):
        kind = "flat" if len(source.axes) == 1 else f"in another order: {source.axes}"
        raise node.refusal(f"input must be an image, not {kind}")
    return source


def integers(node: Node, operands: Operands, index: int, name: str) -> list[int] | None:
    """Numbers of a constant input, or of attribute ``name`` as in older models."""
    value = operands[index] if index < len(operands) else None
    if value is None:
        found = node.attributes.get(name)
        return None if found is None else [int(x) for x in found]
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iu" or value.ndim > 1:
        raise node.refusal(f"{name} must be a constant list of integers")
    return [int(x) for x in value.reshape(-1)]


def flag(node: Node, name: str, default: int) -> bool:
    """Attribute ``name``, which must be 0 or 1."""
    value = node.attributes.get(name, default)
    if value not in (0, 1):
        raise node.refusal(f"{name} must be 0 or 1, not {value!r}")
    return bool(value)


def scalar(node: Node, operands: Operands, index: int, name: str) -> float | None:
    """The number of a constant input, or of attribute ``name`` as in older models."""
    value = operands[index] if index < len(operands) else None
    if value is None:
        found = node.attributes.get(name)
        return None if found is None else float(found)
    numbers = _numbers(value)
    if numbers is None or numbers.size != 1:
        raise node.refusal(f"{name} must be a constant number")
    return float(numbers.reshape(-1)[0])


def factor(node: Node, value: float) -> Rescale:
    """Fixed-point form of a factor between scales."""
    try:
        return rescale.single(value)
    except ValueError as error:
        raise node.refusal(str(error)) from error


def _numbers(value: Source | Activation | Pending | Constant | NDArray[Any]) -> Any:
    if isinstance(value, Constant) and value.scale.size == 1:
        return (value.codes - value.zero_point) * value.scale
    return value if isinstance(value, np.ndarray) else None
