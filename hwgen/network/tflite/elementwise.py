"""Sums, Softmax, and operators that give each code another one."""

import math
from typing import Any

import numpy as np
import tflite

from hwgen.network.exponential import gemmlowp_exponentials
from hwgen.network.graph import Add, Pool, Softmax
from hwgen.network.tflite import multiplier
from hwgen.network.tflite.node import Node

__all__ = ["add", "quantize", "relu", "softmax"]

_PROBABILITY = multiplier.quantized(256.0)  # TFLite's unit of probabilities
_SCALED_BITS = 26  # fraction bits of what its exponential takes
_MAX_CHANNELS = (1 << 12) - 1  # what its sum of exponentials holds


def add(node: Node) -> Add:
    """ADD of two tensors of equal shape."""
    options = node.chosen(tflite.AddOptions)
    first, second = node.activation(0), node.activation(1)
    if first.dims != second.dims:
        raise node.refusal(f"shapes must be equal, not {list(first.dims)} and {list(second.dims)}")
    fields = node.result(first.dims, first, second)
    fields |= node.clamp(options.FusedActivationFunction())
    meanings = (first.quantization, second.quantization, fields["quantization"])
    try:
        operands, total = multiplier.addition(*(x.scale for x in meanings))
    except ValueError as error:
        raise node.refusal(str(error)) from error
    return Add(**fields, operands=operands, total=total)


def relu(node: Node) -> Pool:
    """RELU, RELU6 and RELU_N1_TO_1 that stand alone: a maximum over one, and its limits."""
    source = node.activation()
    # TFLite divides the two scales in float32 here.
    factor = float(np.float32(source.quantization.scale / node.quantization(node.output).scale))
    function = getattr(tflite.ActivationFunctionType, node.kind)
    fields = node.result(source.dims, source) | node.clamp(function)
    return _each(node, fields, factor)


def quantize(node: Node) -> Pool:
    """QUANTIZE from codes to codes: a maximum over one."""
    kinds = ("INT8", "UINT8")
    source = node.activation(0, kinds)
    fields = node.result(source.dims, source, kinds=kinds)
    return _each(node, fields, source.quantization.scale / fields["quantization"].scale)


def _each(node: Node, fields: dict[str, Any], factor: float) -> Pool:
    try:
        rescale = multiplier.quantized(factor)
    except ValueError as error:
        raise node.refusal(str(error)) from error
    return Pool(
        **fields,
        kind="max",
        kernel=(1, 1),
        stride=(1, 1),
        padding=(0, 0, 0, 0),
        rescale=rescale,
    )


def softmax(node: Node) -> Softmax:
    """SOFTMAX over the last axis, into units of 1/256."""
    beta = node.chosen(tflite.SoftmaxOptions).Beta()
    source = node.activation()
    if source.dims[-1] > _MAX_CHANNELS:
        raise node.refusal(
            f"a Softmax must be over at most {_MAX_CHANNELS} channels, not {source.dims[-1]}"
        )
    fields = node.result(source.dims, source)
    output = fields["quantization"]
    if output.zero_point != 0 or not math.isclose(output.scale, 1 / 256, rel_tol=1e-3):
        raise node.refusal(
            f"the output must have scale 1/256 and zero point -128, "
            f"not {output.scale:g} and {output.zero_point - 128}"
        )
    slope = beta * source.quantization.scale
    # As TFLite's PreprocessSoftmaxScaling: what is larger leaves the largest code alone anyway.
    factor = min(slope * 2.0**_SCALED_BITS, 2.0**31 - 1)
    if not factor > 1:
        raise node.refusal(f"beta times the input's scale must be above 2**-26, not {slope:g}")
    table = gemmlowp_exponentials(*multiplier.fixed_point(factor))
    return Softmax(**fields, table=table, rescale=_PROBABILITY)
