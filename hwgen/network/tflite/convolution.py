"""Operators that multiply: convolutions, depthwise ones and fully connected layers."""

from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from hwgen.network.graph import Convolution, Rescale
from hwgen.network.tflite.file import Tensor
from hwgen.network.tflite.multiplier import quantized
from hwgen.network.tflite.node import LARGEST, SMALLEST, Activation, Node
from hwgen.network.tflite.once import rounded_away
from hwgen.network.tflite.window import Window, window

__all__ = ["convolution", "depthwise", "fully_connected"]

_BIAS_TOLERANCE = 1e-3  # of the bias scale, against input times weights


def convolution(node: Node) -> Convolution:
    """CONV_2D: filters in the file are ``[F, KH, KW, C // groups]``, as in the graph."""
    options = node.chosen(tflite.Conv2DOptions)
    source, weights = node.image(), _weights(node, 4)
    filters, height, width, channels = weights.shape
    groups, rest = divmod(source.shape[2], channels)
    if rest or filters % groups:
        raise node.refusal(
            f"filters of {channels} channels must cut {source.shape[2]} channels, "
            f"and {filters} filters, into equal groups"
        )
    _check_dilation(node, options)
    frame = window(node, options, source.shape, (height, width))
    dims = (1, *frame.size, filters)
    fields = node.result(dims, source) | node.clamp(options.FusedActivationFunction())
    return _layer(node, fields, weights, frame, _twice(node, source, filters, 0), groups)


def depthwise(node: Node) -> Convolution:
    """DEPTHWISE_CONV_2D: ``[1, KH, KW, C * multiplier]``, a group for every channel."""
    options = node.chosen(tflite.DepthwiseConv2DOptions)
    source, weights = node.image(), _weights(node, 4)
    one, height, width, filters = weights.shape
    channels = source.shape[2]
    if one != 1 or filters % channels or options.DepthMultiplier() * channels != filters:
        raise node.refusal(
            f"weights must be [1, height, width, {channels} * {options.DepthMultiplier()}], "
            f"not {list(weights.shape)}"
        )
    _check_dilation(node, options)
    frame = window(node, options, source.shape, (height, width))
    dims = (1, *frame.size, filters)
    fields = node.result(dims, source) | node.clamp(options.FusedActivationFunction())
    factors = _twice(node, source, filters, 3)
    return _layer(node, fields, weights.transpose(3, 1, 2, 0), frame, factors, channels)


def fully_connected(node: Node) -> Convolution:
    """FULLY_CONNECTED: a kernel over the whole input, or over one position of many."""
    options = node.chosen(tflite.FullyConnectedOptions)
    if options.WeightsFormat() != 0:
        raise node.refusal(f"the weights format must be 0, not {options.WeightsFormat()}")
    source, weights = node.activation(), _weights(node, 2)
    filters, depth = weights.shape
    height, width, channels = source.shape
    if options.KeepNumDims() and depth == channels:
        frame = Window((1, 1), (1, 1), (0, 0, 0, 0), (height, width))
        kernel, dims = weights.reshape(filters, 1, 1, depth), (*source.dims[:-1], filters)
    elif depth == height * width * channels and not options.KeepNumDims():
        frame = Window((height, width), (1, 1), (0, 0, 0, 0), (1, 1))
        kernel, dims = weights.reshape(filters, height, width, channels), (1, filters)
    else:
        raise node.refusal(
            f"weights {list(weights.shape)} must read all of the input {list(source.dims)}, "
            f"or one position where the axes are kept"
        )
    limits = node.clamp(options.FusedActivationFunction())
    fields = node.result(dims, source) | limits | {"rounding": "single"}
    layer = _layer(node, fields, kernel, frame, _once(node, source, filters, limits), 1)
    _check_results(node, layer)
    return layer


def _check_results(node: Node, layer: Convolution) -> None:
    """Refuse results that leave int32 before they are clamped: TFLite's kernel gives any code."""
    sums = 255 * np.abs(layer.centred_weights).sum(axis=(1, 2, 3)) + np.abs(
        layer.bias.astype(np.int64)
    )
    factors = np.array([x.multiplier * 2.0**-x.right for x in layer.rescale])
    if (sums * factors).max() >= 1 << 31:
        raise node.refusal("results must fit into 32 bits for all inputs, before they are clamped")


def _layer(
    node: Node,
    fields: dict[str, Any],
    weights: NDArray[np.int8],
    frame: Window,
    factors: tuple[Rescale, ...],
    groups: int,
) -> Convolution:
    return Convolution(
        **fields,
        weights=np.ascontiguousarray(weights),
        bias=_bias(node, len(weights)),
        stride=frame.stride,
        padding=frame.padding,
        groups=groups,
        rescale=factors,
    )


def _check_dilation(node: Node, options: tflite.Conv2DOptions) -> None:
    dilation = [options.DilationHFactor(), options.DilationWFactor()]
    if dilation != [1, 1]:
        raise node.refusal(f"dilation must be [1, 1], not {dilation}")


def _weights(node: Node, axes: int) -> NDArray[np.int8]:
    codes = node.constant(1, "the weights", ("INT8",))
    if codes.ndim != axes or codes.size == 0:
        raise node.refusal(
            f"the weights must have {axes} axes, none empty, not {list(codes.shape)}"
        )
    return codes


def _twice(node: Node, source: Activation, filters: int, axis: int) -> tuple[Rescale, ...]:
    """Factors of gemmlowp's double rounding, one per filter."""
    try:
        found = tuple(quantized(x) for x in _factors(node, source, filters, axis))
    except ValueError as error:
        raise node.refusal(str(error)) from error
    return found if len(found) == filters else found * filters


def _once(
    node: Node, source: Activation, filters: int, limits: dict[str, int]
) -> tuple[Rescale, ...]:
    """Factors of TFLite's fully connected reference kernel, which rounds once."""
    zero_point = node.quantization(node.output).zero_point
    low, high = limits["low"] - zero_point, limits["high"] - zero_point
    try:
        found = tuple(rounded_away(x, low, high) for x in _factors(node, source, filters, 0))
    except ValueError as error:
        raise node.refusal(str(error)) from error
    return found if len(found) == filters else found * filters


def _factors(node: Node, source: Activation, filters: int, axis: int) -> list[float]:
    """From accumulators to codes: one for all filters, or one for each."""
    scales = _weight_scales(node, filters, axis)
    products = [source.quantization.scale * float(x) for x in scales]
    _check_bias_scale(node, products)
    output = node.quantization(node.output).scale
    return [x / output for x in products]


def _weight_scales(node: Node, filters: int, axis: int) -> NDArray[np.float32]:
    weights = node.operand(1)
    assert isinstance(weights, Tensor)  # _weights has looked
    scales = weights.scale
    if scales.size not in (1, filters):
        raise node.refusal(f"the weights must have 1 or {filters} scales, not {scales.size}")
    if scales.size > 1 and weights.axis != axis:
        raise node.refusal(f"weight scales must run along axis {axis}, not {weights.axis}")
    outside = scales[~((scales >= SMALLEST) & (scales <= LARGEST))]  # NaN too
    if outside.size:
        raise node.refusal(f"weight scales must be from 2**-60 to 2**60, not {outside[0]:g}")
    if weights.zero_point.any():
        worst = weights.zero_point[weights.zero_point != 0][0]
        raise node.refusal(f"weights must be symmetric, with zero point 0, not {worst}")
    return scales


def _check_bias_scale(node: Node, products: list[float]) -> None:
    bias = node.operand(2)
    if not isinstance(bias, Tensor) or bias.scale.size == 0:
        return
    if bias.scale.size not in (1, len(products)):
        raise node.refusal(f"the bias must have 1 or {len(products)} scales, not {bias.scale.size}")
    scales = np.broadcast_to(bias.scale.astype(np.float64), len(products))
    apart = ~np.isclose(scales, products, rtol=_BIAS_TOLERANCE, atol=0)  # NaN too
    if apart.any():
        first = int(apart.argmax())
        raise node.refusal(
            f"the scale of the bias must be that of input times weights, {products[first]:g}, "
            f"not {scales[first]:g}"
        )
    if bias.zero_point.any():
        raise node.refusal("the bias must have zero point 0")


def _bias(node: Node, filters: int) -> NDArray[np.int32]:
    if node.operand(2) is None:
        return np.zeros(filters, np.int32)
    codes = node.constant(2, "the bias", ("INT32",))
    if codes.shape != (filters,):
        raise node.refusal(f"the bias must hold {filters} values, not shape {list(codes.shape)}")
    return codes
