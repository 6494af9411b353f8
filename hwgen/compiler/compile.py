"""Network, mapping and spec to a program."""

import numpy as np

from hwgen.compiler import support
from hwgen.compiler.allocation import allocate
from hwgen.compiler.lowering import (
    folded_bias,
    parameter_words,
    scale_fields,
    weight_words,
    window_fields,
)
from hwgen.compiler.program import Program, Step
from hwgen.errors import SpecError
from hwgen.network.graph import Add, Convolution, Layer, Network, Pool, Rescale, Rounding
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.descriptor import DESCRIPTOR, Operation, pack
from hwgen.spec.mapping import Mapping

__all__ = ["compile_network", "layer_steps"]

_LARGEST_CODE = 255  # of a code minus its zero point


def compile_network(network: Network, mapping: Mapping, spec: AcceleratorSpec) -> Program:
    """Compile ``network`` with ``mapping`` for ``spec``.

    Raises :exc:`SpecError`, naming the layer, the limit and the number, when the hardware
    cannot execute the mapping, a memory is too small, or an accumulator too narrow.
    """
    for refusal in (spec.refusal(mapping), *map(support.refusal, network.layers)):
        if refusal is not None:
            raise SpecError(refusal)
    for convolution in network.convolutions:
        if convolution.name not in mapping.layers:
            raise SpecError(
                f"mapping must name every convolution; layer {convolution.name} is missing"
            )
    placements = allocate(network, spec.activation_bytes)
    multiplier = spec.arithmetic
    weight_zero = 0 if multiplier.w_kind.signed else 128

    descriptors: list[int] = []
    weights: list[int] = []
    parameters: list[int] = []
    steps: list[Step] = []
    for layer in network.layers:
        fields = window_fields(layer, network, placements, spec)
        fields |= scale_fields(layer, network)
        fields["weight_zero"] = 0
        fields["weight_address"] = len(weights)
        fields["parameter_address"] = len(parameters)
        fields["block_count"] = 0
        layer_mapping = mapping.layers.get(layer.name)
        _check_accumulator(layer, network, mapping, spec)
        if isinstance(layer, Convolution):
            mode = mapping.layers[layer.name].mode
            words = weight_words(layer, multiplier, mode, spec)
            fields["block_count"] = len(words) // spec.rows
            fields["weight_zero"] = weight_zero
            weights += words
        parameters += parameter_words(layer, network, layer_mapping)
        for step in layer_steps(layer, spec.accumulator_depth):
            moved = _from_line(fields, step, layer, placements[layer.name].address)
            try:
                descriptors.append(pack(DESCRIPTOR, moved))
            except ValueError as error:
                raise SpecError(f"layer {layer.name} does not fit a descriptor: {error}") from None
            steps.append(step)
    descriptors.append(
        pack(DESCRIPTOR, dict.fromkeys(DESCRIPTOR, 0) | {"operation": Operation.END})
    )

    for name, words, limit in (
        ("descriptor", descriptors, spec.descriptor_words),
        ("weight", weights, spec.weight_words),
        ("parameter", parameters, spec.parameter_words),
    ):
        if len(words) > limit:
            raise SpecError(f"network needs {len(words)} {name} words, but the spec has {limit}")
    return Program(
        spec=spec,
        mapping_digest=mapping.digest,
        descriptors=tuple(descriptors),
        weights=tuple(weights),
        parameters=tuple(parameters),
        steps=tuple(steps),
        placements=placements,
    )


def layer_steps(layer: Layer, depth: int) -> list[Step]:
    """Pieces of a layer whose output positions fit the accumulators."""
    height, width, _ = layer.shape
    lines = depth // width
    if lines == 0:
        raise SpecError(
            f"layer {layer.name} has lines of {width} positions, but the accumulators hold {depth}"
        )
    return [
        Step(layer=layer.name, first_line=first, lines=min(lines, height - first))
        for first in range(0, height, lines)
    ]


def _from_line(fields: dict[str, int], step: Step, layer: Layer, address: int) -> dict[str, int]:
    """The descriptor of one piece: it starts further down in input and output."""
    _, width, channels = layer.shape
    return fields | {
        "destination": address + step.first_line * width * channels,
        "out_height": step.lines,
        "origin_line": fields["origin_line"] + step.first_line * fields["step_lines"],
        "origin_line_bytes": fields["origin_line_bytes"]
        + step.first_line * fields["step_line_bytes"],
    }


def _check_accumulator(
    layer: Layer, network: Network, mapping: Mapping, spec: AcceleratorSpec
) -> None:
    """Refuse a layer of which some prefix sum may not fit an accumulator."""
    if isinstance(layer, Convolution):
        bound = _largest_sum(layer, network, mapping, spec)
    elif isinstance(layer, Add):
        bound = sum(_largest_scaled(rescale, layer.rounding) for rescale in layer.operands)
    elif isinstance(layer, Pool):
        bound = _LARGEST_CODE * layer.kernel[0] * layer.kernel[1]
    limit = (1 << (spec.accumulator_width - 1)) - 1
    if bound > limit:
        raise SpecError(
            f"layer {layer.name} may reach sums of {bound}, "
            f"but {spec.accumulator_width}-bit accumulators end at {limit}"
        )


def _largest_sum(
    layer: Convolution, network: Network, mapping: Mapping, spec: AcceleratorSpec
) -> int:
    """Bound of every prefix sum of a convolution, zero point, bias and correction included."""
    multiplier = spec.arithmetic
    layer_mapping = mapping.layers[layer.name]
    largest = np.abs(multiplier.table(layer_mapping.mode).astype(np.int64)).max(axis=0)
    zero = 0 if multiplier.w_kind.signed else 128
    codes = multiplier.w_kind.encode(layer.weights.astype(np.int64) + zero)
    bound = largest[codes].sum(axis=(1, 2, 3)) + zero * multiplier.a_kind.high * layer.fan_in
    return int((bound + np.abs(folded_bias(layer, network, layer_mapping))).max())


def _largest_scaled(rescale: Rescale, rounding: Rounding) -> int:
    """Bound of a rescaled code."""
    right = rescale.right + (31 if rounding == "double" else 0)
    return ((_LARGEST_CODE << rescale.left) * rescale.multiplier >> right) + 1
