"""Layers that do not multiply: pooling, addition, and codes that only move."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from hwgen.compiler.lanes import window_steps
from hwgen.compiler.parameters import IDENTITY, same_parameters
from hwgen.compiler.region import Region, accumulated
from hwgen.compiler.task import Task
from hwgen.compiler.view import View
from hwgen.compiler.window import (
    clamp_fields,
    groups_of,
    reading_fields,
    writing_fields,
)
from hwgen.network.graph import Add, Network, Pool, Rescale
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.program import Operation

__all__ = ["addition_tasks", "copy_tasks", "fill_tasks", "pool_tasks"]


def pool_tasks(
    layer: Pool, network: Network, spec: AcceleratorSpec, region: Region, source: View, target: View
) -> Iterator[Task]:
    """Windows of one channel; where the divisor is the number of taps inside, by that number."""
    zero = network.quantizations[layer.inputs[0]].zero_point
    offset = zero if layer.offset is None else layer.offset
    base = layer.quantization.zero_point if layer.offset is None else layer.offset
    is_max = layer.kind == "max"
    size = network.shapes[layer.inputs[0]][:2]
    groups = groups_of(target.channels, spec.cols)
    fields = {
        **clamp_fields(layer),
        "operation": Operation.MAXIMUM if is_max else Operation.AVERAGE,
        "groups": len(groups),
        "spacing": spec.cols // spec.requantizers,
        "fill": 0 if is_max else offset,
        "zero_0": offset,
        "zero_out": base,
    }
    steps = window_steps(layer.kernel, source, spec.cols)
    for part, rescale in _by_taps(layer, region, size):
        parameters = same_parameters(spec, [rescale], groups)
        for piece in accumulated(part, spec.accumulator_depth):
            reading = reading_fields(piece, source, layer.stride, layer.padding[:2], steps)
            yield Task(
                layer=layer.name,
                fields=fields | reading | writing_fields(piece, target, target.channels),
                region=piece,
                parameters=parameters,
            )


def _by_taps(
    layer: Pool, region: Region, size: tuple[int, ...]
) -> Iterator[tuple[Region, Rescale]]:
    """Parts of ``region`` that share a divisor."""
    if not layer.by_taps:
        yield region, layer.rescale
        return

    def inside(axis: int, index: int) -> int:
        first = index * layer.stride[axis] - layer.padding[axis]
        return min(first + layer.kernel[axis], size[axis]) - max(first, 0)

    def runs(axis: int, indices: range) -> Iterator[tuple[int, range]]:
        for count, members in groupby(indices, lambda index: inside(axis, index)):
            found = list(members)
            yield count, range(found[0], found[-1] + 1)

    for high, lines in runs(0, region.lines):
        for wide, columns in runs(1, region.columns):
            yield Region(lines=lines, columns=columns), layer.by_taps[high * wide - 1]


def addition_tasks(
    layer: Add,
    network: Network,
    spec: AcceleratorSpec,
    region: Region,
    sources: tuple[View, View],
    target: View,
) -> Iterator[Task]:
    """Both tensors into the accumulators, each rescaled; then the sum, rescaled again."""
    first, second = sources
    zeros = [network.quantizations[name].zero_point for name in layer.inputs]
    groups = groups_of(target.channels, spec.cols)
    steps = window_steps((1, 1), first, spec.cols)
    fields = {
        **clamp_fields(layer),
        "operation": Operation.SUM,
        "groups": len(groups),
        "spacing": spec.cols // spec.requantizers,
        "zero_0": zeros[0],
        "zero_1": zeros[1],
        "zero_out": layer.quantization.zero_point,
        "column_step_1": second.column,
        "line_step_bytes_1": second.pitch,
    }
    parameters = same_parameters(spec, [*layer.operands, layer.total], groups)
    for piece in accumulated(region, spec.accumulator_depth):
        reading = reading_fields(piece, first, (1, 1), (0, 0), steps)
        reading |= {
            "passes": 3,
            "step_q": 0,
            "step_offset": 0,
            "line_bytes": first.width * max(first.column, second.column),  # all is inside
            "source_1": second.at(piece.lines.start, piece.columns.start),
        }
        yield Task(
            layer=layer.name,
            fields=fields | reading | writing_fields(piece, target, target.channels),
            region=piece,
            parameters=parameters,
        )


def copy_tasks(
    layer: str,
    spec: AcceleratorSpec,
    region: Region,
    source: View,
    target: View,
    *,
    start: tuple[int, int] = (0, 0),
    step: tuple[int, int] = (1, 1),
    fill: int = 0,
) -> Iterator[Task]:
    """Code ``[y, x]`` of ``region`` is code ``start + step * [y, x]`` of ``source``.

    Outside ``source`` it is ``fill``.
    """
    steps = window_steps((1, 1), source, spec.cols)
    groups = groups_of(target.channels, spec.cols)
    fields = {
        "operation": Operation.MAXIMUM,
        "groups": len(groups),
        "spacing": spec.cols // spec.requantizers,
        "fill": fill,
        "high": 255,
    }
    for piece in accumulated(region, spec.accumulator_depth):
        reading = reading_fields(piece, source, step, (-start[0], -start[1]), steps)
        yield Task(
            layer=layer,
            part="move",
            fields=fields | reading | writing_fields(piece, target, target.channels),
            region=piece,
            parameters=same_parameters(spec, [IDENTITY["single"]], groups),
        )


def fill_tasks(
    layer: str, spec: AcceleratorSpec, region: Region, target: View, code: int
) -> Iterator[Task]:
    """One code everywhere in ``region``."""
    nothing = replace(target, lines=0)
    yield from copy_tasks(layer, spec, region, nothing, target, fill=code)
