"""Gemm and MatMul with constant weights: a kernel that covers its whole input."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hwgen.network.onnx import layout
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.multiplication import Multiplication
from hwgen.network.onnx.operands import activation, flag
from hwgen.network.onnx.values import Activation, Operands, Pending
from hwgen.network.onnx.weights import weights
from hwgen.network.onnx.window import Window

__all__ = ["gemm", "matmul"]


def gemm(node: Node, operands: Operands) -> Pending:
    """Gemm: weights ``[F, K]`` or ``[K, F]``."""
    for name, wanted in (("alpha", 1.0), ("beta", 1.0), ("transA", 0)):
        value = node.attributes.get(name, wanted)
        if value != wanted:
            raise node.refusal(f"{name} must be {wanted:g}, not {value:g}")
    filters = 0 if flag(node, "transB", 0) else 1
    layer = _fully_connected(node, operands, filters)
    return layer.pending(operands[2] if len(operands) > 2 else None)


def matmul(node: Node, operands: Operands) -> Pending:
    """MatMul: weights ``[K, F]``."""
    return _fully_connected(node, operands, filters=1).pending(None)


def _fully_connected(node: Node, operands: Operands, filters: int) -> Multiplication:
    source = activation(node, operands)
    found = weights(node, operands, dimensions=2, filters=filters)
    fan_in = int(np.prod(source.shape))
    if len(source.axes) != 1 or found.codes.shape[1 - filters] != fan_in:
        raise node.refusal(
            f"input must be flat and as long as the weights {list(found.codes.shape)}, "
            f"not of shape {source.shape}"
        )
    codes = found.codes if filters == 0 else found.codes.T
    kernels = replace(found, codes=_kernels(codes, source))
    height, width, _ = source.shape
    frame = Window((height, width), (1, 1), (0, 0, 0, 0), (1, 1))
    return Multiplication(node, source, kernels, frame, layout.FLAT)


def _kernels(codes: NDArray[np.int64], source: Activation) -> NDArray[np.int64]:
    """Weights ``[F, K]`` as ``[F, H, W, C]``: ONNX flattens ``[C, H, W]``, or another order."""
    order = source.axes[0]
    found = codes.reshape(len(codes), *(source.shape[axis] for axis in order))
    back = [1 + order.index(axis) for axis in sorted(order)]
    return found.transpose(0, *back).reshape(len(codes), *source.shape)
