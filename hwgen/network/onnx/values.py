"""What the tensors of a QDQ graph stand for, once quantization is folded away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.network.graph import Layer, Quantization, Shape
from hwgen.network.onnx.file import Node

__all__ = ["Activation", "Constant", "Output", "Pending", "Value", "constant", "quantization"]


@dataclass(frozen=True, eq=False)
class Constant:
    """A dequantized constant: ``scale * codes``.

    Parameters
    ----------
    codes : integer array
        Zero point already subtracted.
    scale : float64 array
        One value, or one per index of ``axis``.
    axis : int
    """

    codes: NDArray[np.int64]
    scale: NDArray[np.float64]
    axis: int


@dataclass(frozen=True)
class Activation:
    """A tensor of the network: quantized, or dequantized again.

    Parameters
    ----------
    name : str
        Tensor of the network.
    shape : Shape
        Height, width, channels, whatever the ONNX shape is.
    quantization : Quantization
        Of its u8 codes.
    flat : bool
        Whether ONNX sees it as ``[N, C * H * W]``.
    """

    name: str
    shape: Shape
    quantization: Quantization
    flat: bool = False


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
    build : function of Output to Layer
    minimum, maximum : float
        Limits of a Relu or Clip that followed.
    flat : bool
    """

    node: Node
    shape: Shape
    build: Callable[[Output], Layer]
    minimum: float = -np.inf
    maximum: float = np.inf
    flat: bool = False


Value: TypeAlias = Constant | Activation | Pending


def constant(
    node: Node, codes: NDArray[Any], scale: NDArray[Any], zero_point: NDArray[Any] | None
) -> Constant:
    """Constant behind a DequantizeLinear ``node``."""
    if codes.dtype not in (np.int8, np.uint8, np.int32):
        raise node.refusal(f"constants must be s8, u8 or s32, not {codes.dtype}")
    axis = int(node.attributes.get("axis", 1))
    axis += codes.ndim if axis < 0 else 0
    per_index = scale.size > 1
    if scale.ndim > 1 or (per_index and not 0 <= axis < codes.ndim):
        raise node.refusal(f"scale must be one value or one per index, not {list(scale.shape)}")
    if per_index and scale.size != codes.shape[axis]:
        raise node.refusal(
            f"scale must hold {codes.shape[axis]} values for axis {axis}, not {scale.size}"
        )
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise node.refusal("scales must be positive")
    values = codes.astype(np.int64)
    if zero_point is not None and zero_point.size > 1:
        if zero_point.size != scale.size:
            raise node.refusal(f"there must be {scale.size} zero points, not {zero_point.size}")
        form = [1] * codes.ndim
        form[axis] = -1
        values = values - zero_point.astype(np.int64).reshape(form)
    elif zero_point is not None:
        values = values - zero_point.astype(np.int64).reshape(())
    return Constant(values, scale.astype(np.float64).reshape(-1), axis)


def quantization(node: Node, scale: NDArray[Any], zero_point: NDArray[Any] | None) -> Quantization:
    """Quantization of an activation, of u8 codes: s8 codes are 128 lower."""
    if scale.size != 1 or (zero_point is not None and zero_point.size != 1):
        raise node.refusal("an activation must have one scale and one zero point")
    value = float(scale.reshape(-1)[0])
    if not (np.isfinite(value) and value > 0):
        raise node.refusal(f"scale must be positive, not {value:g}")
    if zero_point is None:
        return Quantization(value, 0)
    if zero_point.dtype not in (np.uint8, np.int8):
        raise node.refusal(f"activations must be u8 or s8, not {zero_point.dtype}")
    offset = 128 if zero_point.dtype == np.int8 else 0
    return Quantization(value, int(zero_point.reshape(-1)[0]) + offset)
