"""What a convolution adds to its products, and how accumulators become codes."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError, check_choice, check_range

__all__ = ["Output", "Sums", "Variate"]

_INT32 = (-(1 << 31), (1 << 31) - 1)
_INT64 = (-(1 << 63), (1 << 63) - 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Variate:
    """Control variate: ``round_half_up(factor * sum_k x[a_k] / 2**fraction)`` per filter.

    Parameters
    ----------
    x : int32[256]
        By activation code.
    factor : int64[F]
        Its products with any sum, and with half of ``2**fraction`` added, fit int64.
    fraction : int
        Bits: 0 to 31.
    """

    x: NDArray[np.int32]
    factor: NDArray[np.int64]
    fraction: int

    def __post_init__(self) -> None:
        _check_array("variate x", self.x, np.int32, 256)
        _check_array("variate factor", self.factor, np.int64, None)
        check_range("variate", "fraction", self.fraction, 0, 31)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sums:
    """What is added to the sum of products, modulo ``2**32``.

    Parameters
    ----------
    bias : int64[F]
    sum_factor : int64[F]
        Factor of the sum of the window's activation codes, padding included.
    variate : Variate or None
    """

    bias: NDArray[np.int64]
    sum_factor: NDArray[np.int64]
    variate: Variate | None = None

    def __post_init__(self) -> None:
        _check_array("sums bias", self.bias, np.int64, None)
        _check_array("sums sum_factor", self.sum_factor, np.int64, len(self.bias))
        if self.variate is not None:
            _check_array("variate factor", self.variate.factor, np.int64, len(self.bias))

    def check(self, filters: int, taps: int) -> None:
        """Raise :exc:`SpecError` unless the layer's variate stays within int64."""
        _check_array("sums bias", self.bias, np.int64, filters)
        if self.variate is None:
            return
        largest = taps * max(abs(int(x)) for x in self.variate.x)
        largest *= max(abs(int(factor)) for factor in self.variate.factor)
        if largest + (1 << 31) > _INT64[1]:
            raise SpecError(f"variate factor times {taps} taps must fit 64 bits, not {largest}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Output:
    """Requantization of each filter's accumulators: the units and clamp of the output tensor.

    ``clip(requantize(accumulator) + zero_point, low, high)``; both roundings are defined in
    requantize.h and in :mod:`hwgen.kernels.layers.requantize`.

    Parameters
    ----------
    multiplier, left, right : int64[F]
        Fixed-point factor ``multiplier * 2**(left - right)``: 0 to ``2**31 - 1``; 0 to 30
        (0 for ``single``); 0 to 62 (``single``) or 0 to 31 (``double``).
    rounding : str
        ``single`` or ``double``.
    zero_point : int
    low, high : int
        Codes that the output is clamped to.
    """

    multiplier: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    rounding: Literal["single", "double"]
    zero_point: int
    low: int
    high: int

    def __post_init__(self) -> None:
        check_choice("output", "rounding", self.rounding, ("single", "double"))
        single = self.rounding == "single"
        highest = {"multiplier": _INT32[1], "left": 0 if single else 30}
        highest["right"] = 62 if single else 31
        for name, top in highest.items():
            values = getattr(self, name)
            _check_array(f"output {name}", values, np.int64, len(self.multiplier))
            for value in (values.min(), values.max()):
                check_range("output", name, int(value), 0, top)
        for name in ("zero_point", "low", "high"):
            check_range("output", name, getattr(self, name), 0, 255)
        check_range("output", "low", self.low, 0, self.high)

    def check(self, filters: int) -> None:
        """Raise :exc:`SpecError` unless there is a factor for each filter."""
        _check_array("output multiplier", self.multiplier, np.int64, filters)


def _check_array(name: str, value: Any, kind: type, length: int | None) -> None:
    if (
        not isinstance(value, np.ndarray)
        or value.dtype != kind
        or value.ndim != 1
        or not len(value)
    ):
        raise SpecError(f"{name} must be an array of {np.dtype(kind)} in one dimension")
    if length is not None and len(value) != length:
        raise SpecError(f"{name} must hold {length} values, not {len(value)}")
