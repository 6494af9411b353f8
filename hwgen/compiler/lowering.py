"""From a layer to the fields of its descriptors, its parameters and its weights."""

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.multiplier import Multiplier
from hwgen.compiler.program import Placement
from hwgen.errors import SpecError
from hwgen.network.graph import Add, Convolution, Layer, Network, Pool, Rescale
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.descriptor import PARAMETER, Operation, pack
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.schedule import blocks

__all__ = ["folded_bias", "parameter_words", "scale_fields", "weight_words", "window_fields"]


def window_fields(
    layer: Layer, network: Network, placements: dict[str, Placement], spec: AcceleratorSpec
) -> dict[str, int]:
    """Fields that say which input every output position reads."""
    first = layer.inputs[0]
    height, width, channels = network.shapes[first]
    if isinstance(layer, Convolution):
        operation, step = Operation.MULTIPLY, spec.rows
        _, kernel_height, kernel_width, _ = layer.weights.shape
        stride, padding = layer.stride, layer.padding
    elif isinstance(layer, Pool):
        operation, step = Operation.MAXIMUM if layer.kind == "max" else Operation.SUM, channels
        kernel_height, kernel_width = layer.kernel
        stride, padding = layer.stride, layer.padding
    else:
        operation, step = Operation.SUM, channels
        kernel_height = kernel_width = 1
        stride, padding = (1, 1), (0, 0, 0, 0)
    line_bytes = width * channels
    return {
        "operation": operation,
        "sources": len(layer.inputs),
        "source_0": placements[first].address,
        "source_1": placements[layer.inputs[-1]].address,
        "in_lines": height,
        "line_bytes": line_bytes,
        "out_width": layer.shape[1],
        "filters": layer.shape[2],
        "kernel_lines": kernel_height,
        "segment": kernel_width * channels,
        "segment_step": step,
        "step_q": stride[1] * channels,
        "step_lines": stride[0],
        "step_line_bytes": stride[0] * line_bytes,
        "origin_line": -padding[0],
        "origin_line_bytes": -padding[0] * line_bytes,
        "origin_q": -padding[1] * channels,
    }


def scale_fields(layer: Layer, network: Network) -> dict[str, int]:
    """Fields that say what codes stand for."""
    zeros = [network.quantizations[name].zero_point for name in layer.inputs]
    zero_out = layer.quantization.zero_point
    if isinstance(layer, Pool) and layer.offset is not None:
        zeros, zero_out = [layer.offset], layer.offset
    return {
        "double_rounding": layer.rounding == "double",
        "zero_0": zeros[0],
        "zero_1": zeros[-1],
        "zero_out": zero_out,
        "low": layer.low,
        "high": layer.high,
    }


def parameter_words(layer: Layer, network: Network, mapping: LayerMapping | None) -> list[int]:
    """Parameter words of a layer.

    One per filter for a convolution; otherwise one per source and one for the drain.
    """
    if isinstance(layer, Convolution):
        return [
            _parameter(int(bias), rescale)
            for bias, rescale in zip(
                folded_bias(layer, network, mapping), layer.rescale, strict=True
            )
        ]
    if isinstance(layer, Add):
        return [_parameter(0, rescale) for rescale in (*layer.operands, layer.total)]
    if isinstance(layer, Pool):
        # A tap enters its accumulator as it is.
        same = Rescale(1 << 30, 1, 0) if layer.rounding == "double" else Rescale(1, 0, 0)
        return [_parameter(0, same), _parameter(0, layer.rescale)]
    raise TypeError(f"layer {layer.name} is of no kind that the compiler admits")


def folded_bias(
    layer: Convolution, network: Network, mapping: LayerMapping | None
) -> NDArray[np.int64]:
    """Bias per filter, correction and the constant cross term ``-za * sum(w)`` included."""
    zero = network.quantizations[layer.inputs[0]].zero_point
    bias: NDArray[np.int64] = layer.bias.astype(np.int64)
    bias -= zero * layer.weights.astype(np.int64).sum(axis=(1, 2, 3))
    if mapping is not None and mapping.bias_update:
        if len(mapping.bias_update) != len(bias):
            raise SpecError(
                f"layer {layer.name} bias_update must have {len(bias)} values, "
                f"not {len(mapping.bias_update)}"
            )
        bias += np.asarray(mapping.bias_update)
    return bias


def _parameter(bias: int, rescale: Rescale) -> int:
    wrapped = (bias + (1 << 31)) % (1 << 32) - (1 << 31)
    return pack(
        PARAMETER,
        {
            "bias": wrapped,
            "multiplier": rescale.multiplier,
            "left": rescale.left,
            "right": rescale.right,
        },
    )


def weight_words(
    layer: Convolution, multiplier: Multiplier, mode: int, spec: AcceleratorSpec
) -> list[int]:
    """Weight words of a layer: ``rows`` per block, unused places 0."""
    filters = layer.weights.shape[0]
    zero = 0 if multiplier.w_kind.signed else 128
    codes = multiplier.w_kind.encode(layer.weights.astype(np.int64) + zero).reshape(filters, -1)
    codes |= mode << multiplier.w_kind.width
    words = []
    for block in blocks(layer.weights.shape, spec.rows, spec.cols):
        tile = codes[block.filters.start : block.filters.stop, block.taps.start : block.taps.stop]
        for row in range(spec.rows):
            column = tile[:, row] if row < tile.shape[1] else ()
            words.append(
                sum(int(code) << (col * spec.weight_bits) for col, code in enumerate(column))
            )
    return words
