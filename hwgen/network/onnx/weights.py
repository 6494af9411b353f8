"""Weights and biases of layers that multiply, in the graph's codes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.network.onnx.file import Node
from hwgen.network.onnx.values import Constant, Operands, Value

__all__ = ["Weights", "bias", "lost", "weights"]

# A bias was rounded to its units when it was quantized; a scale in float32 moves it this far.
_UNITS, _RELATIVE = 0.01, 2.0**-22


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights as the graph holds them.

    Parameters
    ----------
    codes : int64 array
        In the order of the ONNX tensor, -128 to 127: unsigned codes are held 128 lower, of 4
        bits 8 lower.
    zero_points : int64[F]
    scales : float64[F]
    """

    codes: NDArray[np.int64]
    zero_points: NDArray[np.int64]
    scales: NDArray[np.float64]


def weights(node: Node, operands: Operands, dimensions: int, filters: int) -> Weights:
    """Second input of ``node``, which has so many dimensions; that of ``filters`` counts them."""
    found = operands[1] if len(operands) > 1 else None
    if not isinstance(found, Constant) or found.high > 255:
        raise node.refusal("weights must be a constant quantized to s8 or u8")
    if found.codes.ndim != dimensions or found.codes.size == 0:
        raise node.refusal(
            f"weights must have {dimensions} dimensions, none empty, not {list(found.codes.shape)}"
        )
    count = found.codes.shape[filters]
    if found.scale.size > 1 and found.axis != filters:
        raise node.refusal(f"weight scales must run along axis {filters}, not {found.axis}")
    offset = (found.high + 1) // 2 if found.low == 0 else 0
    return Weights(
        found.codes - offset,
        np.broadcast_to(found.zero_point - offset, count),
        np.broadcast_to(found.scale, count),
    )


def bias(node: Node, value: Value | None, scales: NDArray[np.float64]) -> NDArray[np.int64]:
    """Bias in units of the accumulators, whose ``scales`` are input scale times weight scale.

    A float bias is rounded to these units. A quantized one must be a whole number of them.
    """
    if value is None:
        return np.zeros(len(scales), dtype=np.int64)
    if not isinstance(value, Constant | np.ndarray):
        raise node.refusal("the bias must be a constant")
    codes = value.codes if isinstance(value, Constant) else value
    if codes.size != len(scales):
        raise node.refusal(f"the bias must hold {len(scales)} values, not {codes.size}")
    units = _in_units(value, scales)
    whole = np.rint(units)
    if not (np.abs(whole) < 1 << 31).all():
        raise node.refusal("the bias must fit into 32 bits of accumulator units")
    far = np.abs(units - whole) > _UNITS + _RELATIVE * np.abs(units)
    if isinstance(value, Constant) and far.any():
        raise node.refusal(
            f"the bias must be a multiple of the scale of input times weights, "
            f"not {units[far][0]:g} times it"
        )
    return whole.astype(np.int64)


def lost(value: Value | None, scales: NDArray[np.float64]) -> NDArray[np.float64]:
    """What rounding takes from a float bias, in units of the accumulators; else 0."""
    if not isinstance(value, np.ndarray):
        return np.zeros(len(scales))
    units = _in_units(value, scales)
    return np.asarray(np.abs(units - np.rint(units)))


def _in_units(value: Constant | NDArray[Any], scales: NDArray[np.float64]) -> NDArray[np.float64]:
    if not isinstance(value, Constant):
        return value.reshape(-1).astype(np.float64) / scales
    centred = (value.codes.reshape(-1) - value.zero_point).astype(np.float64)
    return np.asarray(centred * (value.scale / scales))
