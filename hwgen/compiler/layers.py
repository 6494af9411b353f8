"""From a layer, or a stripe of its lines, to descriptors."""

from collections.abc import Iterator, Sequence

from hwgen.compiler.bypass import addition_tasks, copy_tasks, fill_tasks, pool_tasks
from hwgen.compiler.multiply import Multiplication, is_diagonal
from hwgen.compiler.region import Region
from hwgen.compiler.task import Task
from hwgen.compiler.view import View
from hwgen.compiler.window import groups_of
from hwgen.network.graph import Add, Concat, Convolution, Layer, Network, Pad, Pool, Slice
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["gathers", "layer_tasks"]


def gathers(layer: Layer) -> bool:
    """Whether a convolution's groups are brought together first, one after the other."""
    return isinstance(layer, Convolution) and layer.groups > 1 and not is_diagonal(layer)


def layer_tasks(
    layer: Layer,
    network: Network,
    spec: AcceleratorSpec,
    lines: range,
    sources: Sequence[View | None],
    target: View,
    multiplication: Multiplication | None = None,
    scratch: View | None = None,
) -> Iterator[Task]:
    """Descriptors that make output ``lines``.

    Parameters
    ----------
    layer : Layer
        Of :func:`~hwgen.compiler.support.executed_layers`; no Reshape, which takes nothing.
    network : Network
    spec : AcceleratorSpec
    lines : range
    sources : sequence of View or None
        Inputs; None for one that is in its place already.
    target : View
    multiplication : Multiplication, optional
        Of a convolution.
    scratch : View, optional
        Room for one group's input lines, where :func:`gathers` asks for it.
    """
    region = Region(lines=lines, columns=range(target.width))
    views = [source for source in sources if source is not None]
    match layer:
        case Convolution():
            assert multiplication is not None
            yield from _convolution(multiplication, spec, region, views[0], target, scratch)
        case Pool():
            yield from pool_tasks(layer, network, spec, region, views[0], target)
        case Add():
            yield from addition_tasks(layer, network, spec, region, (views[0], views[1]), target)
        case Slice():
            yield from _slice(layer, spec, region, views[0], target)
        case Pad():
            yield from _pad(layer, spec, region, views[0], target)
        case Concat():
            yield from _concat(layer, network, spec, region, sources, target)
        case _:
            raise TypeError(f"layer {layer.name} is of no kind that the compiler admits")


def _convolution(
    multiplication: Multiplication,
    spec: AcceleratorSpec,
    region: Region,
    source: View,
    target: View,
    scratch: View | None,
) -> Iterator[Task]:
    layer = multiplication.layer
    filters = layer.weights.shape[0]
    if scratch is None:
        yield from multiplication.tasks(spec, region, source, target, range(filters))
        return
    each = filters // layer.groups
    everything = Region(
        lines=range(scratch.first_line, scratch.first_line + scratch.lines),
        columns=range(scratch.width),
    )
    for group, part in enumerate(groups_of(filters, each)):
        own = source.some_channels(group * scratch.channels, scratch.channels)
        yield from copy_tasks(layer.name, spec, everything, own, scratch)
        place = target.some_channels(part.start, each)
        yield from multiplication.tasks(spec, region, scratch, place, part)


def _slice(
    layer: Slice, spec: AcceleratorSpec, region: Region, source: View, target: View
) -> Iterator[Task]:
    """Channels that follow each other go together, others one at a time."""
    first, step = layer.start[2], layer.step[2]
    size = target.channels if step == 1 else 1
    for channels in groups_of(target.channels, size):
        yield from copy_tasks(
            layer.name,
            spec,
            region,
            source.some_channels(first + channels.start * step, len(channels)),
            target.some_channels(channels.start, len(channels)),
            start=layer.start[:2],
            step=layer.step[:2],
        )


def _pad(
    layer: Pad, spec: AcceleratorSpec, region: Region, source: View, target: View
) -> Iterator[Task]:
    """Lines and columns are padded by reading outside, channels by filling theirs."""
    before, after = layer.before[2], layer.after[2]
    inner = target.some_channels(before, source.channels)
    start = (-layer.before[0], -layer.before[1])
    yield from copy_tasks(layer.name, spec, region, source, inner, start=start, fill=layer.fill)
    for first, count in ((0, before), (before + source.channels, after)):
        if count:
            margin = target.some_channels(first, count)
            yield from fill_tasks(layer.name, spec, region, margin, layer.fill)


def _concat(
    layer: Concat,
    network: Network,
    spec: AcceleratorSpec,
    region: Region,
    sources: Sequence[View | None],
    target: View,
) -> Iterator[Task]:
    begin = 0
    for name, source in zip(layer.inputs, sources, strict=True):
        size = network.shapes[name][layer.axis]
        if source is not None:
            part, place, start = region, target, [0, 0]
            if layer.axis == 2:
                place = target.some_channels(begin, size)
            else:
                start[layer.axis] = -begin
                part = _cut(region, layer.axis, range(begin, begin + size))
            if part.positions:
                begin_at = (start[0], start[1])
                yield from copy_tasks(layer.name, spec, part, source, place, start=begin_at)
        begin += size


def _cut(region: Region, axis: int, limits: range) -> Region:
    found = region.columns if axis else region.lines
    kept = range(max(found.start, limits.start), min(found.stop, limits.stop))
    if axis:
        return Region(lines=region.lines, columns=kept)
    return Region(lines=kept, columns=region.columns)
