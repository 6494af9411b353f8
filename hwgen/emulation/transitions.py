"""Operand pairs that the processing elements of an array really see.

A block's weights stay in the array while the activations of all output positions stream past
them in raster order; then the next block follows. Images are executed one after the other, and
a layer's blocks repeat for each, so the first product of an element's first block follows the
last one of its last block.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.emulation.emulator import MEMORY, Emulator
from hwgen.network.graph import Convolution, Network
from hwgen.network.transitions import Transitions
from hwgen.spec.mapping import Choice, LayerMapping, Mapping
from hwgen.spec.schedule import Block, blocks

__all__ = ["MappedTransitions", "mapped_transitions", "transitions"]

Indices = NDArray[np.int64]
SAMPLES = 4096  # per layer: the mean energy then varies by about 1 %


@dataclass(frozen=True, kw_only=True, eq=False)
class MappedTransitions:
    """A layer's transitions, and what they are multiplied with.

    Parameters
    ----------
    operands : Transitions
        Activation codes and stored weight codes, tuned where the mapping says so.
    choices : tuple of Choice
        Multipliers and modes that the layer uses.
    before, now : uint8[N]
        Which of them the product before has, and the product itself.
    """

    operands: Transitions
    choices: tuple[Choice, ...]
    before: NDArray[np.uint8]
    now: NDArray[np.uint8]


def transitions(
    network: Network,
    mapping: Mapping,
    images: NDArray[np.uint8],
    rows: int,
    cols: int,
    samples: int = SAMPLES,
    seed: int = 0,
) -> dict[str, Transitions]:
    """Sample what elements multiply: the operands of :func:`mapped_transitions`."""
    found = mapped_transitions(network, mapping, images, rows, cols, samples, seed)
    return {name: layer.operands for name, layer in found.items()}


def mapped_transitions(
    network: Network,
    mapping: Mapping,
    images: NDArray[np.uint8],
    rows: int,
    cols: int,
    samples: int = SAMPLES,
    seed: int = 0,
) -> dict[str, MappedTransitions]:
    """Sample the transitions of every convolution on an array of ``rows`` x ``cols``.

    Samples are drawn uniformly, with replacement, over all products that the array executes;
    rows and columns that a block leaves unused do not count. Where a layer has no more
    products than ``samples``, each is taken once. Only so many images are run at a time that
    their tensors stay within :data:`hwgen.emulation.emulator.MEMORY`.

    Parameters
    ----------
    network : Network
    mapping : Mapping
        Decides activations, weight codes and modes.
    images : uint8[N, H, W, C]
    rows, cols : int
        Of the array.
    samples : int
        Transitions per layer.
    seed : int
        Of the sampling.
    """
    rng = np.random.default_rng(seed)
    draws = {
        layer.name: _draw(layer, len(images), rows, cols, samples, rng)
        for layer in network.convolutions
    }
    codes = {name: np.empty((2, len(draw.image)), np.uint8) for name, draw in draws.items()}
    for first, tensors in _tensors(network, mapping, images):
        for layer in network.convolutions:
            source, draw = layer.inputs[0], draws[layer.name]
            zero_point = network.quantizations[source].zero_point
            here = (draw.image >= first) & (draw.image < first + len(tensors[source]))
            image = draw.image[here] - first
            for row, (position, tap, column) in enumerate((draw.before, draw.now)):
                codes[layer.name][row, here] = _activations(
                    layer,
                    tensors[source],
                    zero_point,
                    image,
                    position[here],
                    tap[here],
                    column[here],
                )
    return {
        layer.name: _transitions(
            layer, mapping.layers[layer.name], draws[layer.name], codes[layer.name]
        )
        for layer in network.convolutions
    }


@dataclass(frozen=True)
class _Draw:
    """Sampled products: image; position, tap and filter, of the product before and its own."""

    image: Indices
    before: tuple[Indices, Indices, Indices]
    now: tuple[Indices, Indices, Indices]


def _draw(
    layer: Convolution, images: int, rows: int, cols: int, samples: int, rng: np.random.Generator
) -> _Draw:
    filters, positions = len(layer.weights), layer.shape[0] * layer.shape[1]
    shape = (images, positions, layer.fan_in, filters)
    total = int(np.prod(shape))
    flat = np.arange(total) if total <= samples else rng.integers(total, size=samples)
    image, position, tap, column = (x.astype(np.int64) for x in np.unravel_index(flat, shape))
    tap_before, column_before = tap.copy(), column.copy()
    first = position == 0
    if first.any():
        schedule = blocks(layer.weights.shape, rows, cols, layer.groups)
        previous = _previous(schedule, layer.fan_in, filters)
        tap_before[first], column_before[first] = previous[:, tap[first], column[first]]
    position_before = np.where(first, positions - 1, position - 1)
    return _Draw(image, (position_before, tap_before, column_before), (position, tap, column))


def _tensors(
    network: Network, mapping: Mapping, images: NDArray[np.uint8]
) -> Iterator[tuple[int, dict[str, NDArray[np.uint8]]]]:
    """What the convolutions read, for as many images at a time as memory allows."""
    sources = sorted({layer.inputs[0] for layer in network.convolutions})
    size = sum(int(np.prod(network.shapes[name])) for name in sources)
    count = max(1, MEMORY // size)
    for first in range(0, len(images), count):
        emulator = Emulator(network, images[first : first + count], reuse=False)
        yield first, dict(emulator.evaluate(mapping, sources).outputs)


def _activations(
    layer: Convolution,
    codes: NDArray[np.uint8],
    zero_point: int,
    image: Indices,
    position: Indices,
    tap: Indices,
    column: Indices,
) -> NDArray[np.uint8]:
    """Code that the filter in ``column`` reads at a position, through one of its taps."""
    filters, *kernel = layer.weights.shape
    y, x = np.divmod(position, layer.shape[1])
    down, across, channel = np.unravel_index(tap, kernel)
    line = y * layer.stride[0] - layer.padding[0] + down
    place = x * layer.stride[1] - layer.padding[1] + across
    height, width = codes.shape[1:3]
    inside = (line >= 0) & (line < height) & (place >= 0) & (place < width)
    own = column // (filters // layer.groups) * kernel[2] + channel
    read = codes[image, line.clip(0, height - 1), place.clip(0, width - 1), own]
    return np.where(inside, read, np.uint8(zero_point))


def _transitions(
    layer: Convolution, mapping: LayerMapping, draw: _Draw, codes: NDArray[np.uint8]
) -> MappedTransitions:
    shape = layer.weights.shape
    tuned = mapping.tuned_weights
    weights = (layer.weights if tuned is None else tuned.codes(shape)).reshape(shape[0], -1)
    choices, index = mapping.resolve(layer.centred_weights)
    index = index.reshape(shape[0], -1)
    (_, tap_before, column_before), (_, tap, column) = draw.before, draw.now
    before, now = (column_before, tap_before), (column, tap)
    return MappedTransitions(
        operands=Transitions(codes[0], weights[before], codes[1], weights[now]),
        choices=tuple(choices),
        before=index[before],
        now=index[now],
    )


def _previous(schedule: list[Block], fan_in: int, filters: int) -> Indices:
    """Tap and filter that the element of each weight held before: ``[2, tap, filter]``."""
    found = np.empty((2, fan_in, filters), np.int64)
    held: dict[tuple[int, int], tuple[int, int]] = {}
    for _ in range(2):  # the first round leaves in every element what the last image left
        for block in schedule:
            for row, column, tap, kernel in block.places():
                found[:, tap, kernel] = held.get((row, column), (tap, kernel))
                held[row, column] = (tap, kernel)
    return found
