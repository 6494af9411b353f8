"""Fast sums of approximate products, equal bit for bit to adding up the table's entries."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import U8
from hwgen.errors import SpecError
from hwgen.golden.im2col import im2col, windows
from hwgen.network.graph import Convolution

__all__ = ["product_sums", "weight_zero_point"]

# A float is exact for every integer up to this magnitude.
_EXACT: tuple[tuple[type[np.floating[Any]], int], ...] = (
    (np.float32, 1 << 24),
    (np.float64, 1 << 53),
)
_CHUNK = 1 << 21  # operands of a matrix product: keeps them within the processor's cache


def weight_zero_point(multiplier: Multiplier) -> int:
    """What is added to an s8 weight code before ``multiplier`` sees it."""
    if multiplier.a_kind != U8 or multiplier.w_kind.width != 8:
        raise SpecError(
            f"a layer's multiplier must take u8 activations and 8-bit weights, "
            f"not {multiplier.a_kind.name} and {multiplier.w_kind.name}"
        )
    return 0 if multiplier.w_kind.signed else 128


def product_sums(
    layer: Convolution,
    multiplier: Multiplier,
    mode: int,
    codes: NDArray[np.uint8],
    zero_point: int,
) -> NDArray[np.int64]:
    """Sum of the products of every output: ``[N, OH, OW, F]``.

    The weights are encoded for ``multiplier``; padding is multiplied as ``zero_point``. No
    cross terms, no bias.
    """
    values = layer.weights.astype(np.int64) + weight_zero_point(multiplier)
    weights = multiplier.w_kind.encode(values)
    factors = multiplier.factors(mode)
    if factors is not None and _pays(len(factors[0]), len(weights)):
        u, v = factors
        bound = _bound(u, v, weights)
        for kind, limit in _EXACT:
            if bound < limit:
                return _by_factors(
                    layer, u.astype(kind), v.astype(kind), weights, codes, zero_point
                )
    return _by_table(layer, multiplier.table(mode), weights, codes, zero_point)


def _pays(rank: int, filters: int) -> bool:
    """Whether matrix products are faster than the table, as measured on two cores.

    Per kernel tap, widening an activation by one rank costs 2 to 3 ns whatever the number of
    filters, looking up the products of all filters about 1 ns per filter.
    """
    return rank <= max(1, filters // 4)


def _bound(u: NDArray[np.int32], v: NDArray[np.int32], weights: NDArray[np.int64]) -> float:
    """Largest magnitude that any partial sum can reach, whatever the order of adding.

    Rounding cannot bring a bound that is really above a power of two below it.
    """
    largest = np.abs(u.astype(np.float64)).max(axis=1)
    per_code = largest @ np.abs(v.astype(np.float64))
    return float(per_code[weights].reshape(len(weights), -1).sum(axis=1).max())


def _by_factors(
    layer: Convolution,
    u: NDArray[Any],
    v: NDArray[Any],
    weights: NDArray[np.int64],
    codes: NDArray[np.uint8],
    zero_point: int,
) -> NDArray[np.int64]:
    """``sum_k sum_r u[r, a_k] * v[r, w_k]``: the factors become more channels."""
    filters, height, width, channels = weights.shape
    rank = len(u)
    right = np.moveaxis(v[:, weights], 0, -1).reshape(filters, -1).T
    by_code = np.ascontiguousarray(u.T)
    fill = np.tile(by_code[zero_point], channels)
    sums = np.empty((len(codes), *layer.shape), np.int64)
    chunk = max(1, _CHUNK // (layer.shape[0] * layer.shape[1] * len(right)))
    for first in range(0, len(codes), chunk):
        part = codes[first : first + chunk]
        left = by_code[part].reshape(*part.shape[:3], channels * rank)
        taps = windows(left, (height, width), layer.stride, layer.padding, fill)
        sums[first : first + chunk] = (taps.reshape(-1, len(right)) @ right).reshape(
            len(part), *layer.shape
        )
    return sums


def _by_table(
    layer: Convolution,
    table: NDArray[np.int32],
    weights: NDArray[np.int64],
    codes: NDArray[np.uint8],
    zero_point: int,
) -> NDArray[np.int64]:
    """Add up table rows tap by tap: one activation selects the products of all filters."""
    taps = im2col(codes, layer, zero_point).reshape(-1, layer.fan_in).T
    flat = weights.reshape(len(weights), -1)
    largest = int(np.abs(table.astype(np.int64)).max()) * layer.fan_in
    table = table if largest < 1 << 31 else table.astype(np.int64)
    sums = np.zeros((taps.shape[1], len(weights)), table.dtype)
    products = np.empty_like(sums)
    for tap, activations in enumerate(taps):
        # Clipping never happens; it spares numpy a copy of its result.
        np.take(table[:, flat[:, tap]], activations, axis=0, out=products, mode="clip")
        sums += products
    return sums.astype(np.int64).reshape(len(codes), *layer.shape)
