"""Scale and zero point of QuantizeLinear and DequantizeLinear, checked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.network.graph import Quantization
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.values import Coding, Constant

__all__ = ["coding", "constant"]

_RANGES = {
    "int4": (-8, 7),
    "uint4": (0, 15),
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int32": (-(1 << 31), (1 << 31) - 1),
}
_ACTIVATIONS = ("uint8", "int8", "uint4", "int4")


def coding(node: Node, scale: NDArray[Any], zero_point: NDArray[Any] | None) -> Coding:
    """How the activations of ``node`` are held.

    The type of the zero point says which codes there are; signed ones are held higher by half
    of their number.
    """
    if scale.size != 1 or (zero_point is not None and zero_point.size != 1):
        raise node.refusal("an activation must have one scale and one zero point")
    found = np.zeros(1, np.uint8) if zero_point is None else zero_point.reshape(-1)
    if found.dtype.name not in _ACTIVATIONS:
        raise node.refusal(f"activations must be u8 or s8, not {found.dtype}")
    low, high = _RANGES[found.dtype.name]
    zero = int(found[0])
    value = float(_checked(node, scale)[0])
    return Coding(Quantization(value, zero - low), 0, high - low, -low)


def constant(
    node: Node, codes: NDArray[Any], scale: NDArray[Any], zero_point: NDArray[Any] | None
) -> Constant:
    """Constant behind a DequantizeLinear ``node``."""
    if codes.dtype.name not in _RANGES:
        raise node.refusal(f"constants must be s8, u8 or s32, not {codes.dtype}")
    axis = int(node.attributes.get("axis", 1))
    axis += codes.ndim if axis < 0 else 0
    per_index = scale.size > 1
    if scale.ndim > 1 or scale.size == 0 or (per_index and not 0 <= axis < codes.ndim):
        raise node.refusal(f"scale must be one value or one per index, not {list(scale.shape)}")
    if per_index and scale.size != codes.shape[axis]:
        raise node.refusal(
            f"scale must hold {codes.shape[axis]} values for axis {axis}, not {scale.size}"
        )
    if zero_point is None:
        zero_point = np.zeros(scale.size, codes.dtype)
    if zero_point.dtype != codes.dtype:
        raise node.refusal(
            f"zero points must be {codes.dtype} as the codes are, not {zero_point.dtype}"
        )
    if zero_point.size != scale.size:
        raise node.refusal(f"there must be {scale.size} zero points, not {zero_point.size}")
    return Constant(
        codes.astype(np.int64),
        *_RANGES[codes.dtype.name],
        _checked(node, scale),
        zero_point.astype(np.int64).reshape(-1),
        axis,
    )


def _checked(node: Node, scale: NDArray[Any]) -> NDArray[np.float64]:
    """Scales as float64. A subnormal one has lost digits, and its reciprocal overflows."""
    if scale.dtype != np.float32:
        raise node.refusal(f"scales must be float32, not {scale.dtype}")
    values = scale.astype(np.float64).reshape(-1)
    good = np.isfinite(values) & (values >= np.finfo(np.float32).tiny)
    if not good.all():
        raise node.refusal(
            f"scales must be positive, finite and not subnormal, not {values[~good][0]:g}"
        )
    return values
