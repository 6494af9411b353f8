"""Definition of a layer that multiplies."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.emulate import product_sums
from hwgen.golden.im2col import im2col
from hwgen.golden.products import Products, products_of
from hwgen.golden.requantize import requantize, wrap
from hwgen.network.graph import Convolution
from hwgen.spec.mapping import LayerMapping

__all__ = ["accumulate", "convolve", "naive_sums"]


def accumulate(
    layer: Convolution,
    products: Products,
    codes: NDArray[np.uint8],
    zero_point: int,
    *,
    naive: bool = False,
) -> NDArray[np.int64]:
    """Accumulators as they are requantized: ``[N, OH, OW, F]``, wrapped to int32.

    Parameters
    ----------
    layer : Convolution
    products : Products
        Of this layer: :func:`hwgen.golden.products.products_of`.
    codes : uint8[N, H, W, C]
        Input tensor.
    zero_point : int
        Code that padded taps read.
    naive : bool
        Whether to add the products up as :func:`naive_sums` does, instead of fast.
    """
    found = (naive_sums if naive else product_sums)(layer, products, codes, zero_point)
    found += products.bias
    if products.sum_factor.any():
        found += products.sum_factor * _per_filter(layer, codes, zero_point)
    variate = products.variate
    if variate is not None:
        scaled = variate.factor * _per_filter(layer, variate.x[codes], variate.x[zero_point])
        half = (1 << variate.fraction) >> 1
        found += (scaled + half) >> variate.fraction
    return wrap(found)


def naive_sums(
    layer: Convolution, products: Products, codes: NDArray[np.uint8], zero_point: int
) -> NDArray[np.int64]:
    """Sums of the products alone, one tap at a time: what every emulation must equal."""
    filters = len(layer.weights)
    taps = im2col(codes, layer, zero_point)
    taps = taps.reshape(*taps.shape[:2], layer.groups, layer.fan_in)
    group = np.arange(filters) // (filters // layer.groups)
    tables = np.stack(products.tables)
    choice, weights = (x.reshape(filters, -1) for x in (products.choice, products.codes))
    sums = np.zeros((*taps.shape[:2], filters), np.int64)
    for k in range(layer.fan_in):
        sums += tables[choice[:, k], taps[:, :, group, k], weights[:, k]]
    return sums.reshape(len(codes), *layer.shape)


def convolve(
    layer: Convolution,
    mapping: LayerMapping,
    codes: NDArray[np.uint8],
    zero_point: int,
    highest: int = 255,
) -> NDArray[np.uint8]:
    """Output codes ``[N, OH, OW, F]`` of a layer under its mapping.

    ``highest`` is the largest code that the input can hold, see :func:`products_of`.
    """
    products = products_of(layer, mapping, zero_point, highest)
    sums = accumulate(layer, products, codes, zero_point)
    moved = requantize(sums, layer.rescale, layer.rounding) + layer.quantization.zero_point
    return np.clip(moved, layer.low, layer.high).astype(np.uint8)


def _per_filter(
    layer: Convolution, tensor: NDArray[np.integer[Any]], fill: int
) -> NDArray[np.int64]:
    """Sum over each window of what is read by the filters of each group: ``[N, OH, OW, F]``."""
    taps = im2col(tensor, layer, fill)
    taps = taps.reshape(*taps.shape[:2], layer.groups, layer.fan_in)
    sums = np.repeat(taps.sum(axis=3, dtype=np.int64), len(layer.weights) // layer.groups, axis=2)
    return sums.reshape(len(tensor), *layer.shape)
