"""Statistics of what a layer multiplies, from how often each tap reads each code.

Padding is multiplied like any activation, so it is counted like one. The cross terms of the
encoding are exact and cancel: errors are those of the products alone.
"""

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.golden.products import Products, activation_offset, weight_offset
from hwgen.network.graph import Convolution
from hwgen.spec.mapping import LayerMapping

__all__ = ["error_sums", "tap_histograms"]


def tap_histograms(
    layer: Convolution, codes: NDArray[np.uint8], zero_point: int
) -> NDArray[np.int64]:
    """How often each tap reads each code: int64[groups, fan_in, 256]."""
    top, left, bottom, right = layer.padding
    padded = np.pad(
        codes, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=zero_point
    )
    channels = padded.shape[3]
    bins = np.arange(0, 256 * channels, 256, dtype=np.uint32)  # one per channel and code
    (height, width, _), (down, across) = layer.shape, layer.stride
    _, kernel_height, kernel_width, _ = layer.weights.shape
    counts = np.zeros((kernel_height, kernel_width, 256 * channels), np.int64)
    for rows, kernel_rows in _readers(padded.shape[1], height, down, kernel_height):
        for columns, kernel_columns in _readers(padded.shape[2], width, across, kernel_width):
            read = padded[:, rows[:, None], columns] + bins
            found = np.bincount(read.ravel(), minlength=256 * channels)
            counts[kernel_rows[:, None], kernel_columns] += found
    by_channel = counts.reshape(kernel_height * kernel_width, layer.groups, -1, 256)
    return by_channel.swapaxes(0, 1).reshape(layer.groups, layer.fan_in, 256)


def _readers(
    extent: int, outputs: int, stride: int, kernel: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Lines of an input that the same lines of a kernel read, and these: each is counted once."""
    found: dict[tuple[int, ...], list[int]] = {}
    for line in range(extent):
        readers = tuple(
            tap
            for tap in range(kernel)
            if (line - tap) % stride == 0 and 0 <= line - tap < outputs * stride
        )
        if readers:
            found.setdefault(readers, []).append(line)
    return [(np.array(lines), np.array(readers)) for readers, lines in found.items()]


def error_sums(
    layer: Convolution,
    mapping: LayerMapping,
    products: Products,
    by_tap: NDArray[np.float64] | NDArray[np.int64],
) -> NDArray[np.float64]:
    """``sum_k sum_a by_tap[k, a] * (exact - approximate product of a and w_k)``: float64[F].

    Exact for integers while no partial sum passes ``2**53``.

    Parameters
    ----------
    layer : Convolution
    mapping : LayerMapping
    products : Products
        Of ``mapping`` in ``layer``.
    by_tap : array[groups, fan_in, 256]
        What counts each stored activation code at each tap, such as a histogram.
    """
    multiplier = find(mapping.multiplier)
    filters = len(layer.weights)
    group = np.arange(filters) // (filters // layer.groups)
    taps = np.arange(layer.fan_in)
    weighted = by_tap.astype(np.float64)
    activations = np.arange(256) - activation_offset(multiplier.a_kind)
    weights = layer.weights.reshape(filters, -1).astype(np.float64)
    weights += weight_offset(multiplier.w_kind)
    found: NDArray[np.float64] = (weights * (weighted @ activations)[group]).sum(axis=1)
    choice, codes = (x.reshape(filters, -1) for x in (products.choice, products.codes))
    for index, table in enumerate(products.tables):
        summed = weighted @ table.astype(np.float64)
        own = summed[group[:, None], taps, codes]
        found -= np.where(choice == index, own, 0).sum(axis=1)
    return found
