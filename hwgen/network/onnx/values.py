"""What the tensors of a QDQ graph stand for, once quantization is folded away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.network.graph import Layer, Quantization, Shape
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.layout import Axes

__all__ = [
    "Activation",
    "Coding",
    "Constant",
    "Operands",
    "Output",
    "Pending",
    "Source",
    "Value",
]


@dataclass(frozen=True)
class Coding:
    """How the codes of an activation are held.

    Parameters
    ----------
    quantization : Quantization
        Of the u8 codes that are held.
    low, high : int
        Held codes that occur: 0 to 15 of 4-bit ones.
    offset : int
        What is added to a code of the model.
    """

    quantization: Quantization
    low: int
    high: int
    offset: int


@dataclass(frozen=True, eq=False)
class Constant:
    """A dequantized constant: ``scale * (codes - zero_point)``.

    Parameters
    ----------
    codes : int64 array
    low, high : int
        Codes that the model's type can hold.
    scale : float64 array
        One value, or one per index of ``axis``.
    zero_point : int64 array
        As long as ``scale``.
    axis : int
    """

    codes: NDArray[np.int64]
    low: int
    high: int
    scale: NDArray[np.float64]
    zero_point: NDArray[np.int64]
    axis: int


@dataclass(frozen=True)
class Source:
    """The network's input before it is quantized.

    Parameters
    ----------
    shape : Shape
    axes : Axes
        How ONNX sees it.
    """

    shape: Shape
    axes: Axes


@dataclass(frozen=True)
class Activation:
    """A tensor of the network: quantized, or dequantized again.

    Parameters
    ----------
    name : str
        Tensor of the network.
    shape : Shape
        Height, width, channels, whatever the ONNX shape is.
    axes : Axes
        How ONNX sees it.
    coding : Coding
    """

    name: str
    shape: Shape
    axes: Axes
    coding: Coding

    @property
    def scale(self) -> float:
        """Of its codes."""
        return self.coding.quantization.scale


@dataclass(frozen=True)
class Output:
    """How a layer's float results become codes: scale, zero point and clamping."""

    quantization: Quantization
    low: int
    high: int


@dataclass(frozen=True)
class Pending:
    """Float result of a layer that waits for its QuantizeLinear.

    Parameters
    ----------
    node : Node
        The operator, which names the layer.
    shape : Shape
    axes : Axes
    build : function of Output to layers
        The last one makes the result.
    minimum, maximum : float
        Limits of a Relu or Clip that followed.
    coding : Coding, optional
        Of a layer that keeps its input's codes and waits for nothing.
    with_bias : function of Node and constant to Pending, optional
        The same layer with what an Add behind it adds to every channel.
    ranks : Activation, optional
        What orders the same channels: a Softmax's input.
    """

    node: Node
    shape: Shape
    axes: Axes
    build: Callable[[Output], tuple[Layer, ...]]
    minimum: float = -np.inf
    maximum: float = np.inf
    coding: Coding | None = None
    with_bias: "Callable[[Node, Constant | NDArray[Any]], Pending] | None" = None
    ranks: Activation | None = None


Value: TypeAlias = Source | Activation | Pending | Constant | NDArray[Any]
Operands: TypeAlias = Sequence[Value | None]  # None for an omitted one
