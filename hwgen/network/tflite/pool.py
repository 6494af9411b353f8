"""Pooling and means."""

from typing import Any

import tflite

from hwgen.network.graph import Pool, Rescale
from hwgen.network.tflite import multiplier
from hwgen.network.tflite.node import Activation, Node
from hwgen.network.tflite.window import Window, window

__all__ = ["average_pool", "max_pool", "mean"]

_S8_ZERO = 128  # TFLite's averages are of s8 codes, whatever their zero point


def max_pool(node: Node) -> Pool:
    """MAX_POOL_2D, which keeps scale and zero point."""
    fields = _windowed(node)
    return Pool(**fields, kind="max", rescale=multiplier.quantized(1.0))


def average_pool(node: Node) -> Pool:
    """AVERAGE_POOL_2D: divided by the taps inside, rounded away from s8 code 0."""
    fields = _windowed(node)
    area = fields["kernel"][0] * fields["kernel"][1]
    by_taps: tuple[Rescale, ...] = ()
    try:
        rescale = multiplier.division(area)
        if any(fields["padding"]):
            by_taps = tuple(multiplier.division(taps) for taps in range(1, area + 1))
    except ValueError as error:
        raise node.refusal(str(error)) from error
    return Pool(**fields, kind="average", rescale=rescale, by_taps=by_taps, offset=_S8_ZERO)


def mean(node: Node) -> Pool:
    """MEAN over height, width or both."""
    source = node.activation()
    axes = _axes(node, source)
    dims, frame = _reduced(node, source, axes)
    factor = source.quantization.scale / node.quantization(node.output).scale
    try:
        rescale = multiplier.mean(factor, frame.kernel[0] * frame.kernel[1])
    except ValueError as error:
        raise node.refusal(str(error)) from error
    fields = node.result(dims, source)
    if fields["shape"][:2] != frame.size:
        raise node.refusal("a mean over the width alone must keep its axes")
    return Pool(**fields, **_placed(frame), kind="average", rescale=rescale)


def _windowed(node: Node) -> dict[str, Any]:
    """Fields of a layer whose window the operator's options state."""
    options = node.chosen(tflite.Pool2DOptions)
    source = node.image()
    node.unchanged(source)
    kernel = (options.FilterHeight(), options.FilterWidth())
    frame = window(node, options, source.shape, kernel)
    fields = node.result((1, *frame.size, source.shape[2]), source)
    return fields | node.clamp(options.FusedActivationFunction()) | _placed(frame)


def _placed(frame: Window) -> dict[str, Any]:
    return {"kernel": frame.kernel, "stride": frame.stride, "padding": frame.padding}


def _axes(node: Node, source: Activation) -> set[int]:
    rank = len(source.dims)
    axes = {x + rank if x < 0 else x for x in node.indices(1, "the axes")}
    if not axes or not axes <= set(range(1, rank - 1)):
        raise node.refusal(
            f"the axes must be height, width or both of {list(source.dims)}, not {sorted(axes)}"
        )
    return axes


def _reduced(node: Node, source: Activation, axes: set[int]) -> tuple[tuple[int, ...], Window]:
    """Axes that the file sees, and the window over those that are averaged."""
    keep = node.chosen(tflite.ReducerOptions).KeepDims()
    kept = tuple(1 if i in axes else x for i, x in enumerate(source.dims))
    dims = kept if keep else tuple(x for i, x in enumerate(source.dims) if i not in axes)
    kernel, size = [1, 1], list(source.shape[:2])
    for axis in axes:
        place = axis - len(source.dims) + 3  # among height, width, channels
        kernel[place], size[place] = source.shape[place], 1
    return dims, Window((kernel[0], kernel[1]), (1, 1), (0, 0, 0, 0), (size[0], size[1]))
