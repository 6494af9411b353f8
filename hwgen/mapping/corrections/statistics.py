"""What a layer reads in the exact network: all that a fit needs to know of the images."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hwgen.mapping.corrections.moments import tap_histograms
from hwgen.network.graph import Convolution

__all__ = ["Factors", "LayerStatistics", "scales", "windows"]

DAMPING = 0.01  # of the mean variance of a tap, as GPTQ has it
ROWS = 8192  # windows that a covariance is taken over


@dataclass(frozen=True, eq=False)
class Factors:
    """A group's covariance, damped and factored.

    Parameters
    ----------
    order : int64[fan_in]
        Taps by falling variance: the order in which codes are chosen.
    damped, upper : float64[fan_in, fan_in]
        In that order: the damped covariance, and the upper Cholesky factor of its inverse.
    """

    order: NDArray[np.int64]
    damped: NDArray[np.float64]
    upper: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerStatistics:
    """A layer, and the codes that it reads on some images.

    Parameters
    ----------
    layer : Convolution
    codes : uint8[N, H, W, C]
        Its input.
    zero_point : int
        Code of zero in ``codes``: what padding reads.
    highest : int
        Largest code that it can read, see :func:`hwgen.network.limits.highest_code`.
    """

    layer: Convolution
    codes: NDArray[np.uint8]
    zero_point: int
    highest: int

    @cached_property
    def histograms(self) -> NDArray[np.int64]:
        """How often each tap reads each code: int64[groups, fan_in, 256]."""
        return tap_histograms(self.layer, self.codes, self.zero_point)

    @cached_property
    def histogram(self) -> NDArray[np.float64]:
        """Probability of each code over all taps: float64[256]."""
        counts = self.histograms.sum(axis=(0, 1))
        found: NDArray[np.float64] = counts / counts.sum()
        return found

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """Mean code at each tap: float64[groups, fan_in]."""
        counts = self.histograms
        found: NDArray[np.float64] = counts @ np.arange(256.0) / counts[0, 0].sum()
        return found

    @cached_property
    def covariance(self) -> NDArray[np.float64]:
        """Of the codes that the taps read at one position: float64[groups, fan_in, fan_in]."""
        centred = self.rows - self.rows.mean(axis=0)
        grouped = centred.swapaxes(0, 1)
        found: NDArray[np.float64] = grouped.swapaxes(1, 2) @ grouped / len(centred)
        return found

    @cached_property
    def rows(self) -> NDArray[np.uint8]:
        """What the taps read together at some positions: uint8[up to ROWS, groups, fan_in]."""
        return windows(self.layer, self.codes, self.zero_point, ROWS)

    @cached_property
    def factors(self) -> tuple[Factors, ...]:
        """What joint tuning needs of each group's covariance, see :class:`Factors`."""
        with threadpool_limits(1):  # small matrices: threads would only collide
            return tuple(_factors(x) for x in self.covariance)

    @cached_property
    def output_variance(self) -> NDArray[np.float64]:
        """Of the exact accumulators of each filter: float64[F]."""
        layer = self.layer
        weights = layer.centred_weights.reshape(layer.groups, -1, layer.fan_in).astype(float)
        found = np.einsum("gfk,gkl,gfl->gf", weights, self.covariance, weights, optimize=True)
        return np.asarray(found.ravel(), dtype=np.float64)


def _factors(covariance: NDArray[np.float64]) -> Factors:
    order = np.argsort(-np.diag(covariance), kind="stable")
    damping = max(DAMPING * float(np.diag(covariance).mean()), 1e-6)
    damped = covariance[np.ix_(order, order)] + np.eye(len(order)) * damping
    return Factors(order, damped, np.linalg.cholesky(np.linalg.inv(damped)).T)


def windows(
    layer: Convolution, codes: NDArray[np.uint8], zero_point: int, count: int, seed: int = 0
) -> NDArray[np.uint8]:
    """What a layer's taps read at randomly drawn positions of the images.

    Returns
    -------
    uint8[count, groups, fan_in]
        All positions, in order, where there are no more than ``count``.
    """
    top, left, bottom, right = layer.padding
    padded = np.pad(
        codes, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=zero_point
    )
    height, width = layer.shape[:2]
    total = len(codes) * height * width
    drawn = np.arange(total)
    if total > count:
        drawn = np.sort(np.random.default_rng(seed).choice(total, count, replace=False))
    image, y, x = np.unravel_index(drawn, (len(codes), height, width))
    _, kernel_height, kernel_width, channels = layer.weights.shape
    lines = y[:, None, None] * layer.stride[0] + np.arange(kernel_height)[None, :, None]
    places = x[:, None, None] * layer.stride[1] + np.arange(kernel_width)[None, None, :]
    read = padded[image[:, None, None], lines, places]
    grouped: NDArray[np.uint8] = read.reshape(
        len(drawn), kernel_height * kernel_width, layer.groups, channels
    )
    return grouped.swapaxes(1, 2).reshape(len(drawn), layer.groups, layer.fan_in)


def scales(layer: Convolution) -> NDArray[np.float64]:
    """Output codes per unit of the accumulator of each filter: float64[F]."""
    high = 31 if layer.rounding == "double" else 0  # gemmlowp keeps the high half of a product
    return np.array([x.multiplier * 2.0 ** (x.left - x.right - high) for x in layer.rescale])
