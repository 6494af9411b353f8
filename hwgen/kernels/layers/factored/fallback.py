"""Convolution by matrix products of transformed activations, in NumPy."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from hwgen.errors import SpecError
from hwgen.kernels.layers.factored.terms import Term
from hwgen.kernels.layers.geometry import Geometry, padded
from hwgen.kernels.layers.output import Sums

__all__ = ["FactoredFallback"]

_OPERANDS = 1 << 21  # of a matrix product: they stay in the cache
_CODES = np.arange(256, dtype=np.uint8)


class FactoredFallback:
    """One layer, by floats that hold every partial sum.

    Parameters
    ----------
    geometry : Geometry
    sums : Sums
    terms : tuple of Term

    Raises
    ------
    SpecError
        Sums may be larger than what a float of 64 bits holds exactly.
    """

    def __init__(self, geometry: Geometry, sums: Sums, terms: tuple[Term, ...]) -> None:
        self.geometry, self.sums = geometry, sums
        bound = sum(
            np.abs(x.weights.astype(np.float64)).reshape(geometry.filters, -1).sum(axis=1)
            * int(x.table.max())
            for x in terms
        )
        largest = float(np.max(bound, initial=0))
        if largest >= 1 << 53:
            raise SpecError(f"factored sums must be below 2**53 in NumPy, not {largest:.0f}")
        self.kind = np.float32 if largest < 1 << 24 else np.float64
        self.tables = np.array([x.table for x in terms], np.uint8).reshape(-1, 256)
        weights = [x.weights.reshape(geometry.filters, -1, 1) for x in terms]
        shape = (geometry.filters, geometry.taps, len(terms))
        self.right = np.concatenate([np.zeros((*shape[:2], 0)), *weights], axis=2)
        self.right = self.right.reshape(geometry.filters, -1).astype(self.kind)

    def accumulate(self, codes: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Accumulators ``[N, OH, OW, F]``."""
        g = self.geometry
        found = np.empty((len(codes), *g.out_shape), np.int32)
        size = g.out_height * g.out_width * g.taps * g.groups * max(1, len(self.tables))
        chunk = max(1, _OPERANDS // size)
        for first in range(0, len(codes), chunk):
            part = padded(codes[first : first + chunk], g)
            for group in range(g.groups):
                filters = slice(group * g.filters // g.groups, (group + 1) * g.filters // g.groups)
                found[first : first + chunk, ..., filters] = self._group(part, group, filters)
        return found

    def _group(self, part: NDArray[np.uint8], group: int, filters: slice) -> NDArray[np.int32]:
        g, sums = self.geometry, self.sums
        inner = g.channels // g.groups
        part = part[..., group * inner : (group + 1) * inner]
        left = self.tables.T.astype(self.kind)[part]  # a table's channels are the innermost axis
        positions = len(part) * g.out_height * g.out_width
        taps = self._windows(left).reshape(positions, self.right.shape[1])
        products = taps @ self.right[filters].T
        rest = sums.bias[filters] + sums.sum_factor[filters] * self._summed(part.astype(np.int64))
        if sums.variate is not None:
            half = (1 << sums.variate.fraction) >> 1
            x = self._summed(sums.variate.x.astype(np.int64)[part])
            rest = rest + ((sums.variate.factor[filters] * x + half) >> sums.variate.fraction)
        total = products.astype(np.int64) + rest
        shape = (len(part), *g.out_shape[:2], total.shape[1])
        return np.asarray(total.astype(np.int32).reshape(shape))

    def _windows(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """``[N, OH, OW, KH, KW, ...]`` of ``[N, H, W, ...]``."""
        g = self.geometry
        found = sliding_window_view(values, g.kernel, axis=(1, 2))
        found = found[:, :: g.stride[0], :: g.stride[1]][:, : g.out_height, : g.out_width]
        return np.moveaxis(found, (-2, -1), (3, 4))

    def _summed(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sums over the windows of each position: ``[positions, 1]``."""
        return np.asarray(self._windows(values.sum(axis=3)).sum(axis=(3, 4)).reshape(-1, 1))
