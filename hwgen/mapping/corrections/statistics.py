"""What a layer reads in the exact network: all that a fit needs to know of the images."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hwgen.mapping.corrections.coarse import FINE, Coarse
from hwgen.mapping.corrections.moments import tap_histograms
from hwgen.network.graph import Convolution

__all__ = ["Factors", "LayerStatistics", "scales", "windows"]

DAMPING = 0.01  # of the mean variance of a tap, as GPTQ has it
PULL = 0.1  # the same, of targets towards the network's weights
ROWS = 8192  # windows that a covariance is taken over

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Drift:
    """Covariances of what the exact network's codes are more than those of approximated layers.

    Parameters
    ----------
    seen, codes, itself : float64[fan_in, fan_in]
        With what the multiplier sees, with the codes there, and with itself.
    """

    seen: NDArray[np.float64]
    codes: NDArray[np.float64]
    itself: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Factors:
    """A group's covariance, damped and factored.

    Parameters
    ----------
    order : int64[fan_in]
        Taps by falling variance: the order in which codes are chosen.
    damped, upper : float64[fan_in, fan_in]
        In that order: the damped covariance, and the upper Cholesky factor of its inverse.
    covariance : float64[fan_in, fan_in]
        Of what the multiplier sees at the taps, not damped, in their own order.
    cross : float64[fan_in, fan_in]
        Of that with the codes there.
    exact : float64[fan_in, fan_in]
        Of these codes.
    drift : Drift, optional
        How the exact network's codes differ from them.
    """

    order: NDArray[np.int64]
    damped: NDArray[np.float64]
    upper: NDArray[np.float64]
    covariance: NDArray[np.float64]
    cross: NDArray[np.float64]
    exact: NDArray[np.float64]
    drift: Drift | None = None

    def target(
        self, weights: NDArray[np.float64], centred: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Weights of what is seen that come closest to the exact products: float64[F, taps].

        Damped, so that they differ from ``weights`` only where the images ask for it.

        Parameters
        ----------
        weights : float64[F, taps]
            As the multiplier gets them: of the codes there.
        centred : float64[F, taps]
            Minus their zero points: of the drift, whose cross terms of the encoding are lost.
        """
        if self.cross is self.covariance and self.drift is None:
            return weights
        lacking = (self.cross - self.covariance) @ weights.T
        if self.drift is not None:
            lacking += self.drift.seen @ centred.T
        moved = (self._inverse @ lacking).T
        return np.asarray(weights + moved, dtype=np.float64)

    @cached_property
    def _inverse(self) -> NDArray[np.float64]:
        damping = np.eye(len(self.order)) * _damping(self.covariance, PULL)
        return np.asarray(np.linalg.inv(self.covariance + damping), dtype=np.float64)

    def variance(
        self,
        slopes: NDArray[np.float64],
        weights: NDArray[np.float64],
        centred: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Of the exact products minus ``slopes`` of what is seen: float64[F]."""
        wanted = weights @ self.cross.T
        found = ((weights @ self.exact) * weights).sum(axis=1)
        if self.drift is not None:
            wanted += centred @ self.drift.seen.T
            more = 2 * weights @ self.drift.codes + centred @ self.drift.itself
            found += (more * centred).sum(axis=1)
        found += ((slopes @ self.covariance - 2 * wanted) * slopes).sum(axis=1)
        return np.asarray(np.maximum(found, 0), dtype=np.float64)


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
    reference : uint8[N, H, W, C], optional
        What it reads of the same images in the exact network; default: ``codes``.
    """

    layer: Convolution
    codes: NDArray[np.uint8]
    zero_point: int
    highest: int
    reference: NDArray[np.uint8] | None = None

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
        grouped = (self.rows - self.rows.mean(axis=0)).swapaxes(0, 1)
        found: NDArray[np.float64] = grouped.swapaxes(1, 2) @ grouped / len(self.rows)
        return found

    @cached_property
    def rows(self) -> NDArray[np.uint8]:
        """What the taps read together at some positions: uint8[up to ROWS, groups, fan_in]."""
        return windows(self.layer, self.codes, self.zero_point, ROWS)

    def factors(
        self, view: Coarse = FINE, x: NDArray[np.int32] | None = None
    ) -> tuple[Factors, ...]:
        """What joint tuning needs of each group where multipliers see ``view`` of the codes.

        ``x``, by stored code, is what a control variate sums: what its sum tells of the taps is
        then taken away from all that they read, for the best factor makes it good.
        """

        def make() -> tuple[Factors, ...]:
            with threadpool_limits(1):  # small matrices: threads would only collide
                return tuple(self._factored(group, view, x) for group in range(self.layer.groups))

        return self.remembered(("factors", view, None if x is None else x.tobytes()), make)

    def remembered(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What ``make`` gives, found once for all filters that read these codes."""
        if key not in self._memory:
            self._memory[key] = make()
        found: _T = self._memory[key]
        return found

    @cached_property
    def _memory(self) -> dict[Hashable, Any]:
        return {}

    def _factored(self, group: int, view: Coarse, x: NDArray[np.int32] | None) -> Factors:
        if view == FINE and self.reference is None and x is None:
            return _factors(self.covariance[group])
        rows = self.rows[:, group]
        parts = [view.values[rows], rows.astype(np.float64)]
        if self.drift_rows is not None:
            parts.append(self.drift_rows[:, group].astype(np.float64))
        parts = [part - part.mean(axis=0) for part in parts]
        if x is not None:
            sums = x[rows].sum(axis=1, dtype=np.float64)
            sums -= sums.mean()
            told = sums / max(float(sums @ sums), 1e-9)
            parts = [part - np.outer(sums, told @ part) for part in parts]
        seen, codes, *rest = parts
        count = len(rows)
        drift = None
        if rest:
            drift = Drift(*(part.T @ rest[0] / count for part in parts))
        found = _factors(seen.T @ seen / count)
        return replace(
            found, cross=seen.T @ codes / count, exact=codes.T @ codes / count, drift=drift
        )

    @cached_property
    def drift_rows(self) -> NDArray[np.int16] | None:
        """What the exact network reads more than ``rows``, where the two differ."""
        if self.reference is None:
            return None
        exact = windows(self.layer, self.reference, self.zero_point, ROWS)
        return exact.astype(np.int16) - self.rows

    @cached_property
    def output_variance(self) -> NDArray[np.float64]:
        """Of the exact accumulators of each filter: float64[F]."""
        layer = self.layer
        weights = layer.centred_weights.reshape(layer.groups, -1, layer.fan_in).astype(float)
        found = np.einsum("gfk,gkl,gfl->gf", weights, self.covariance, weights, optimize=True)
        return np.asarray(found.ravel(), dtype=np.float64)

    def for_filters(self, layer: Convolution) -> "LayerStatistics":
        """The same for a layer of other filters that reads the same; what is known is kept."""
        found = LayerStatistics(layer, self.codes, self.zero_point, self.highest, self.reference)
        for name in ("histograms", "rows", "covariance", "_memory"):
            found.__dict__[name] = getattr(self, name)  # where cached_property keeps it
        return found


def _factors(covariance: NDArray[np.float64]) -> Factors:
    order = np.argsort(-np.diag(covariance), kind="stable")
    damping = _damping(covariance, DAMPING)
    damped = covariance[np.ix_(order, order)] + np.eye(len(order)) * damping
    upper = np.linalg.cholesky(np.linalg.inv(damped)).T
    return Factors(order, damped, upper, covariance, covariance, covariance)


def _damping(covariance: NDArray[np.float64], share: float) -> float:
    return max(share * float(np.diag(covariance).mean()), 1e-6)


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
