"""Operand pairs that the processing elements of an array really see.

A block's weights stay in the array while the activations of all output positions stream past
them in raster order; then the next block follows. Images are executed one after the other, and
a layer's blocks repeat for each, so the first product of an element's first block follows the
last one of its last block.
"""

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.im2col import im2col
from hwgen.golden.run import run
from hwgen.network.graph import Convolution, Network
from hwgen.network.transitions import Transitions
from hwgen.spec.mapping import Mapping
from hwgen.spec.schedule import Block, blocks

__all__ = ["transitions"]

Indices = NDArray[np.int64]
SAMPLES = 4096  # per layer: the mean energy then varies by about 1 %


def transitions(
    network: Network,
    mapping: Mapping,
    images: NDArray[np.uint8],
    rows: int,
    cols: int,
    samples: int = SAMPLES,
    seed: int = 0,
) -> dict[str, Transitions]:
    """Sample the transitions of every convolution on an array of ``rows`` x ``cols``.

    Samples are drawn uniformly, with replacement, over all products that the array executes;
    rows and columns that a block leaves unused do not count. Where a layer has no more
    products than ``samples``, each is taken once.

    Parameters
    ----------
    network : Network
    mapping : Mapping
        Decides the activations.
    images : uint8[N, H, W, C]
    rows, cols : int
        Of the array.
    samples : int
        Transitions per layer.
    seed : int
        Of the sampling.
    """
    tensors = run(network, images, mapping)
    rng = np.random.default_rng(seed)
    found = {}
    for layer in network.convolutions:
        zero_point = network.quantizations[layer.inputs[0]].zero_point
        taps = im2col(tensors[layer.inputs[0]], layer, zero_point)
        found[layer.name] = _layer(layer, taps, rows, cols, samples, rng)
    return found


def _layer(
    layer: Convolution,
    taps: NDArray[np.uint8],
    rows: int,
    cols: int,
    samples: int,
    rng: np.random.Generator,
) -> Transitions:
    filters = len(layer.weights)
    shape = (*taps.shape[:2], layer.fan_in, filters)  # image, position, tap, filter
    total = int(np.prod(shape))
    flat = np.arange(total) if total <= samples else rng.integers(total, size=samples)
    image, position, tap, column = (x.astype(np.int64) for x in np.unravel_index(flat, shape))
    tap_before, column_before = tap.copy(), column.copy()
    first = position == 0
    if first.any():
        previous = _previous(blocks(layer.weights.shape, rows, cols), layer.fan_in, filters)
        tap_before[first], column_before[first] = previous[:, tap[first], column[first]]
    last = taps.shape[1] - 1
    position_before = np.where(first, last, position - 1)
    weights = layer.weights.reshape(filters, -1)
    # A filter reads the taps of its own group.
    own, own_before = (
        x // (filters // layer.groups) * layer.fan_in for x in (column, column_before)
    )
    return Transitions(
        taps[image, position_before, own_before + tap_before],
        weights[column_before, tap_before],
        taps[image, position, own + tap],
        weights[column, tap],
    )


def _previous(schedule: list[Block], fan_in: int, filters: int) -> Indices:
    """Tap and filter that the element of each weight held before: ``[2, tap, filter]``."""
    found = np.empty((2, fan_in, filters), np.int64)
    held: dict[tuple[int, int], tuple[int, int]] = {}
    for _ in range(2):  # the first round leaves in every element what the last image left
        for block in schedule:
            for row, tap in enumerate(block.taps):
                for column, kernel in enumerate(block.filters):
                    found[:, tap, kernel] = held.get((row, column), (tap, kernel))
                    held[row, column] = (tap, kernel)
    return found
