"""Layers from ONNX operators whose operands and results are quantized."""

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.network import rescale
from hwgen.network.graph import Add, Convolution, Pool, Rescale
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.values import Activation, Constant, Output, Pending, Value
from hwgen.network.onnx.window import Window, window

__all__ = [
    "Operand",
    "add",
    "average_pool",
    "convolution",
    "gemm",
    "global_average_pool",
    "matmul",
    "max_pool",
    "requantization",
]

Operand: TypeAlias = Value | NDArray[Any] | None


def convolution(node: Node, *operands: Operand) -> Pending:
    """Conv: weights ``[F, C, KH, KW]``."""
    source, weights = _activation(node, operands, 0), _weights(node, operands)
    if weights.codes.ndim != 4:
        raise node.refusal(f"kernels must have 2 dimensions, not {weights.codes.ndim - 2}")
    group = node.attributes.get("group", 1)
    if group != 1:
        raise node.refusal(f"group must be 1, not {group}")
    frame = window(node, source.shape, weights.codes.shape[2:])
    if source.flat or weights.codes.shape[1] != source.shape[2]:
        raise node.refusal(
            f"weights must have {source.shape[2]} input channels, not {weights.codes.shape[1]}"
        )
    codes = weights.codes.transpose(0, 2, 3, 1)
    return _multiplying(node, source, codes, _filter_scales(node, weights, 0), operands, frame)


def gemm(node: Node, *operands: Operand) -> Pending:
    """Gemm: weights ``[F, K]`` or ``[K, F]``."""
    for name, wanted in (("alpha", 1.0), ("beta", 1.0), ("transA", 0)):
        value = node.attributes.get(name, wanted)
        if value != wanted:
            raise node.refusal(f"{name} must be {wanted:g}, not {value:g}")
    return _fully_connected(node, operands, bool(node.attributes.get("transB", 0)))


def matmul(node: Node, *operands: Operand) -> Pending:
    """MatMul with constant weights ``[K, F]``."""
    return _fully_connected(node, operands, filters_first=False)


def add(node: Node, *operands: Operand) -> Pending:
    """Add of two activations."""
    first, second = (_activation(node, operands, index) for index in (0, 1))
    if first.shape != second.shape or first.flat != second.flat:
        raise node.refusal(f"shapes must be equal, not {first.shape} and {second.shape}")

    def build(output: Output) -> Add:
        scales = [x.quantization.scale / output.quantization.scale for x in (first, second)]
        try:
            rescales, total = rescale.addition(*scales)
        except ValueError as error:
            raise node.refusal(str(error)) from error
        return Add(
            name=node.name,
            inputs=(first.name, second.name),
            shape=first.shape,
            quantization=output.quantization,
            low=output.low,
            high=output.high,
            operands=rescales,
            total=total,
        )

    return Pending(node, first.shape, build, flat=first.flat)


def max_pool(node: Node, *operands: Operand) -> Pending:
    """MaxPool: padding never wins."""
    source = _image(node, operands)
    frame = window(node, source.shape)
    return _pool(node, source, "max", frame)


def average_pool(node: Node, *operands: Operand) -> Pending:
    """AveragePool without padding."""
    source = _image(node, operands)
    frame = window(node, source.shape)
    if any(frame.padding):
        raise node.refusal(f"an average must have no padding, not {list(frame.padding)}")
    return _pool(node, source, "average", frame)


def global_average_pool(node: Node, *operands: Operand) -> Pending:
    """GlobalAveragePool: a window over the whole image."""
    source = _image(node, operands)
    size = source.shape[:2]
    return _pool(node, source, "average", Window(size, size, (0, 0, 0, 0), (1, 1)))


def requantization(node: Node, source: Activation) -> Pending:
    """Other codes for the same values: a maximum over one."""
    frame = Window((1, 1), (1, 1), (0, 0, 0, 0), source.shape[:2])
    return _pool(node, source, "max", frame)


def _pool(
    node: Node, source: Activation, kind: Literal["max", "average"], frame: Window
) -> Pending:
    divisor = frame.kernel[0] * frame.kernel[1] if kind == "average" else 1
    shape = (*frame.size, source.shape[2])

    def build(output: Output) -> Pool:
        return Pool(
            name=node.name,
            inputs=(source.name,),
            shape=shape,
            quantization=output.quantization,
            low=output.low,
            high=output.high,
            kind=kind,
            kernel=frame.kernel,
            stride=frame.stride,
            padding=frame.padding,
            rescale=_single(node, source.quantization.scale / output.quantization.scale / divisor),
        )

    return Pending(node, shape, build, flat=source.flat)


def _fully_connected(node: Node, operands: tuple[Operand, ...], filters_first: bool) -> Pending:
    source, weights = _activation(node, operands, 0), _weights(node, operands)
    if weights.codes.ndim != 2:
        raise node.refusal(f"weights must have 2 dimensions, not {weights.codes.ndim}")
    fan_in = int(np.prod(source.shape))
    if not source.flat or weights.codes.shape[1 if filters_first else 0] != fan_in:
        raise node.refusal(
            f"input must be flat and as long as the weights {list(weights.codes.shape)}, "
            f"not of shape {source.shape}"
        )
    scales = _filter_scales(node, weights, 0 if filters_first else 1)
    codes = weights.codes if filters_first else weights.codes.T
    height, width, channels = source.shape
    # ONNX flattens [C, H, W]; our tensors and kernels are [H, W, C].
    codes = codes.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)
    frame = Window((height, width), (1, 1), (0, 0, 0, 0), (1, 1))
    return _multiplying(node, source, codes, scales, operands, frame, flat=True)


def _multiplying(
    node: Node,
    source: Activation,
    codes: NDArray[np.int64],
    scales: NDArray[np.float64],
    operands: tuple[Operand, ...],
    frame: Window,
    flat: bool = False,
) -> Pending:
    bias = _bias(node, operands, source.quantization.scale * scales)
    shape = (*frame.size, len(codes))

    def build(output: Output) -> Convolution:
        factors = source.quantization.scale * scales / output.quantization.scale
        return Convolution(
            name=node.name,
            inputs=(source.name,),
            shape=shape,
            quantization=output.quantization,
            low=output.low,
            high=output.high,
            weights=np.ascontiguousarray(codes, dtype=np.int8),
            bias=bias,
            stride=frame.stride,
            padding=frame.padding,
            rescale=tuple(_single(node, float(factor)) for factor in factors),
        )

    return Pending(node, shape, build, flat=flat)


def _bias(
    node: Node, operands: tuple[Operand, ...], scales: NDArray[np.float64]
) -> NDArray[np.int32]:
    value = operands[2] if len(operands) > 2 else None
    if value is None:
        return np.zeros(len(scales), dtype=np.int32)
    if not isinstance(value, Constant | np.ndarray):
        raise node.refusal("the bias must be a constant")
    codes = value.codes if isinstance(value, Constant) else value
    if codes.size != len(scales):
        raise node.refusal(f"the bias must hold {len(scales)} values, not {codes.size}")
    codes = codes.reshape(-1)
    if isinstance(value, np.ndarray):
        codes = np.rint(codes / scales)
    elif not np.allclose(value.scale, scales, rtol=1e-3, atol=0):
        raise node.refusal("the bias must have the scale of input times weights")
    if not np.abs(codes).max() < 1 << 31:
        raise node.refusal("the bias must fit into 32 bits of accumulator units")
    return codes.astype(np.int32)


def _weights(node: Node, operands: tuple[Operand, ...]) -> Constant:
    weights = operands[1] if len(operands) > 1 else None
    if not isinstance(weights, Constant):
        raise node.refusal("weights must be a quantized constant")
    low, high = int(weights.codes.min()), int(weights.codes.max())
    if low < -128 or high > 127:
        raise node.refusal(
            f"weights must be symmetric s8 codes from -128 to 127, not {low} to {high}"
        )
    return weights


def _filter_scales(node: Node, weights: Constant, axis: int) -> NDArray[np.float64]:
    filters = weights.codes.shape[axis]
    if weights.scale.size == 1:
        return np.repeat(weights.scale, filters)
    if weights.axis != axis:
        raise node.refusal(f"weight scales must run along axis {axis}, not {weights.axis}")
    return weights.scale


def _activation(node: Node, operands: tuple[Operand, ...], index: int) -> Activation:
    value = operands[index]
    if not isinstance(value, Activation):
        raise node.refusal(f"input {node.inputs[index]} must be a quantized activation")
    return value


def _image(node: Node, operands: tuple[Operand, ...]) -> Activation:
    source = _activation(node, operands, 0)
    if source.flat:
        raise node.refusal("input must be an image, not flat")
    return source


def _single(node: Node, factor: float) -> Rescale:
    try:
        return rescale.single(factor)
    except ValueError as error:
        raise node.refusal(str(error)) from error
