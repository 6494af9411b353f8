"""Fast sums of approximate products, equal bit for bit to adding up the tables' entries."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.im2col import im2col
from hwgen.golden.products import Products
from hwgen.network.graph import Convolution

__all__ = ["product_sums"]

# A float is exact for every integer up to this magnitude.
_EXACT: tuple[tuple[type[np.floating[Any]], int], ...] = (
    (np.float32, 1 << 24),
    (np.float64, 1 << 53),
)
_CHUNK = 1 << 21  # operands of a matrix product: keeps them within the processor's cache
_Floats: TypeAlias = NDArray[np.floating[Any]]


def product_sums(
    layer: Convolution, products: Products, codes: NDArray[np.uint8], zero_point: int
) -> NDArray[np.int64]:
    """Sums of the products alone: ``[N, OH, OW, F]``, as :func:`naive_sums` defines them.

    Padding is multiplied as ``zero_point``.
    """
    factors = _factors(products)
    if factors is not None and _pays(len(factors[0]), len(layer.weights) // layer.groups):
        left, right = factors
        bound = _bound(left, right)
        for kind, limit in _EXACT:
            if bound < limit:
                return _by_factors(layer, left.astype(kind), right.astype(kind), codes, zero_point)
    return _by_table(layer, products, codes, zero_point)


def _pays(rank: int, filters: int) -> bool:
    """Whether matrix products are faster than the table, as measured on two cores.

    Per kernel tap, widening an activation by one rank costs 2 to 3 ns whatever the number of
    filters, looking up the products of all filters about 1 ns per filter.
    """
    return rank <= max(1, filters // 4)


def _factors(products: Products) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
    """``u`` ``[rank, 256]`` by activation code and ``v`` ``[rank, F, KH, KW, C]`` by weight.

    Mixed tables' factors follow each other; a weight's are 0 where they are another table's.
    """
    if any(x is None for x in products.factors):
        return None
    known = [x for x in products.factors if x is not None]
    right = [
        np.where(products.choice == index, v[:, products.codes], 0)
        for index, (_, v) in enumerate(known)
    ]
    return np.concatenate([u for u, _ in known]), np.concatenate(right)


def _bound(left: NDArray[np.int32], right: NDArray[np.int32]) -> float:
    """Largest magnitude that any partial sum can reach, whatever the order of adding.

    Rounding cannot bring a bound that is really above a power of two below it.
    """
    largest = np.abs(left.astype(np.float64)).max(axis=1)
    per_filter = np.abs(right.astype(np.float64)).sum(axis=(2, 3, 4))
    return float((largest @ per_filter).max())


def _by_factors(
    layer: Convolution,
    left: _Floats,
    right: _Floats,
    codes: NDArray[np.uint8],
    zero_point: int,
) -> NDArray[np.int64]:
    """``sum_k sum_r left[r, a_k] * right[r, k]``: the factors become more channels."""
    rank, filters = right.shape[:2]
    by_code = np.ascontiguousarray(left.T)
    fill = np.tile(by_code[zero_point], codes.shape[3])
    columns = np.moveaxis(right, 0, -1).reshape(layer.groups, filters // layer.groups, -1)
    matrices = np.ascontiguousarray(columns.transpose(0, 2, 1))
    sums = np.empty((len(codes), *layer.shape), np.int64)
    positions = layer.shape[0] * layer.shape[1]
    chunk = max(1, _CHUNK // (positions * matrices.shape[0] * matrices.shape[1]))
    for first in range(0, len(codes), chunk):
        part = codes[first : first + chunk]
        wide = by_code[part].reshape(*part.shape[:3], -1)
        taps = im2col(wide, layer, fill).reshape(-1, layer.groups, layer.fan_in * rank)
        found = np.matmul(taps.swapaxes(0, 1), matrices).swapaxes(0, 1)
        sums[first : first + chunk] = found.reshape(len(part), *layer.shape)
    return sums


def _by_table(
    layer: Convolution, products: Products, codes: NDArray[np.uint8], zero_point: int
) -> NDArray[np.int64]:
    """Add up table rows tap by tap: one activation selects the products of its filters."""
    taps = im2col(codes, layer, zero_point).reshape(-1, layer.groups, layer.fan_in)
    filters = len(layer.weights) // layer.groups
    choice, weights = (
        x.reshape(layer.groups, filters, -1) for x in (products.choice, products.codes)
    )
    tables = np.stack(products.tables)
    largest = int(np.abs(tables.astype(np.int64)).max()) * layer.fan_in
    tables = tables if largest < 1 << 31 else tables.astype(np.int64)
    sums = np.zeros((len(taps), layer.groups, filters), tables.dtype)
    found = np.empty((len(taps), filters), tables.dtype)
    for group in range(layer.groups):
        for tap in range(layer.fan_in):
            rows = tables[choice[group, :, tap], :, weights[group, :, tap]].T
            # Clipping never happens; it spares numpy a copy of its result.
            np.take(np.ascontiguousarray(rows), taps[:, group, tap], axis=0, out=found, mode="clip")
            sums[:, group] += found
    return sums.astype(np.int64).reshape(len(codes), *layer.shape)
