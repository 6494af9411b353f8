"""Convolution by table look-up in NumPy."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hwgen.kernels.layers.geometry import Geometry, padded
from hwgen.kernels.layers.lookup.columns import Columns
from hwgen.kernels.layers.output import Sums

__all__ = ["LookupFallback", "window_taps"]

_SUMS = 1 << 16  # accumulators at once: they and what is added to them stay in the cache


class LookupFallback:
    """One layer; a row of products of all filters is added per activation and tap.

    Parameters
    ----------
    geometry : Geometry
    sums : Sums
    columns : Columns
    """

    def __init__(self, geometry: Geometry, sums: Sums, columns: Columns) -> None:
        self.geometry, self.sums, self.columns = geometry, sums, columns

    def accumulate(self, codes: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Accumulators ``[N, OH, OW, F]``."""
        g = self.geometry
        found = np.empty((len(codes), *g.out_shape), np.int32)
        chunk = max(1, _SUMS * g.groups // int(np.prod(g.out_shape)))
        for first in range(0, len(codes), chunk):
            part = padded(codes[first : first + chunk], g)
            for group in range(g.groups):
                filters = slice(group * g.filters // g.groups, (group + 1) * g.filters // g.groups)
                found[first : first + chunk, ..., filters] = self._group(part, group, filters)
        return found

    def _group(self, part: NDArray[np.uint8], group: int, filters: slice) -> NDArray[np.int32]:
        g, columns = self.geometry, self.columns.of_weight[filters]
        x = None if self.sums.variate is None else self.sums.variate.x.astype(np.int64)
        positions = len(part) * g.out_height * g.out_width
        sums = np.zeros((positions, len(columns)), np.int32)
        products = np.empty_like(sums)
        codes, variate = np.zeros((positions, 1), np.int64), np.zeros((positions, 1), np.int64)
        counts = self.sums.sum_factor.any()
        for tap, activations in enumerate(window_taps(part, g, group)):
            if positions < len(self.columns.products[0]):
                sums += self.columns.products[columns[:, tap], activations[:, None]]
            else:  # first rows of products, one per activation code
                rows = np.ascontiguousarray(self.columns.products[columns[:, tap]].T)
                # Clipping never happens; it spares NumPy a copy of its result.
                np.take(rows, activations, axis=0, out=products, mode="clip")
                sums += products  # wraps
            if counts:
                codes[:, 0] += activations
            if x is not None:
                variate[:, 0] += x[activations]
        rest = self.sums.bias[filters] + self.sums.sum_factor[filters] * codes
        if self.sums.variate is not None:
            fraction = self.sums.variate.fraction
            half = (1 << fraction) >> 1
            rest += (self.sums.variate.factor[filters] * variate + half) >> fraction
        sums += rest.astype(np.int32)  # wraps
        return sums.reshape(len(part), g.out_height, g.out_width, len(columns))


def window_taps(
    part: NDArray[np.uint8], geometry: Geometry, group: int
) -> Iterator[NDArray[np.uint8]]:
    """Activations of each tap at all positions, in the order of a filter's weights."""
    g = geometry
    channels = g.channels // g.groups
    for y in range(g.kernel[0]):
        for x in range(g.kernel[1]):
            window = part[
                :,
                y : y + (g.out_height - 1) * g.stride[0] + 1 : g.stride[0],
                x : x + (g.out_width - 1) * g.stride[1] + 1 : g.stride[1],
            ]
            for channel in range(group * channels, (group + 1) * channels):
                yield np.ascontiguousarray(window[..., channel]).reshape(-1)
