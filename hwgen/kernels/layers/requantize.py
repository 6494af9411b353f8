"""Requantization of accumulators, prepared for the compiled kernels.

The compiled kernels know two ways: integers of 64 bits, exact for any parameters, and one product
of floats, which is faster. :mod:`hwgen.kernels.layers.steps` proves where the latter is exact.
"""

import ctypes
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hwgen.kernels.layers.output import Output
from hwgen.kernels.layers.steps import float_way

__all__ = ["RawOutput", "raw_output"]

_LIMITS = (1 << 21, 1 << 22, 1 << 23, 1 << 24, (1 << 31) - 1)  # that are told apart
_SPARE = 16  # lanes of the widest vector: as many may be loaded from the last filter on


class RawOutput(ctypes.Structure):
    """``struct requantization`` of requantization.h."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("multiplier", "left", "right")),
        *((name, ctypes.c_void_p) for name in ("scale", "where", "delta")),
        *((name, ctypes.c_void_p) for name in ("ways", "vector_ways")),
        ("stride", ctypes.c_int64),
        *((name, ctypes.c_int32) for name in ("exceptions", "is_double")),
        *((name, ctypes.c_int32) for name in ("zero_point", "low", "high")),
    )


_Raw: TypeAlias = tuple[RawOutput, list[NDArray[Any]]]
_known: WeakKeyDictionary[Output, dict[int, _Raw]] = WeakKeyDictionary()


def raw_output(output: Output, largest: float = _LIMITS[-1]) -> _Raw:
    """What the compiled kernels take, and the arrays that it points into: not to be changed.

    It is remembered as long as ``output`` lives, for a search prepares a layer again and again.

    Parameters
    ----------
    output : Output
    largest : float
        Magnitude that no accumulator exceeds, where it is known. Filters of next to no weight,
        whose steps are far apart, may then go by floats, too.
    """
    limit = next((x for x in _LIMITS if largest <= x), _LIMITS[-1])
    known = _known.setdefault(output, {})
    if limit not in known:
        known[limit] = _prepared(output, limit)
    return known[limit]


def _prepared(output: Output, limit: int) -> _Raw:
    found = float_way(output, limit)
    arrays = {
        "multiplier": _padded(output.multiplier.astype(np.int32)),
        "left": _padded(output.left.astype(np.int32)),
        "right": _padded(output.right.astype(np.int32)),
        "scale": _padded(found.scale),
        "where": _padded(found.where),
        "delta": _padded(found.delta),
    }
    ways = _padded(found.ways)
    arrays |= {"ways": ways, "vector_ways": _over_lanes(ways)}
    raw = RawOutput(
        **{name: array.ctypes.data for name, array in arrays.items()},
        stride=len(ways),
        exceptions=len(found.where),
        is_double=output.rounding == "double",
        zero_point=output.zero_point,
        low=output.low,
        high=output.high,
    )
    return raw, list(arrays.values())


def _padded(values: NDArray[Any]) -> NDArray[Any]:
    width = [(0, 0)] * (values.ndim - 1) + [(0, _SPARE)]
    return np.ascontiguousarray(np.pad(values, width))


def _over_lanes(ways: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The slowest way among the filters that one vector holds, by its first filter."""
    following = [np.roll(ways, -lane) for lane in range(_SPARE)]
    return np.ascontiguousarray(np.max(following, axis=0))
