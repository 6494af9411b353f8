"""Choosing the codes of filters together: compiled where this installation has it."""

import ctypes
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import check_choice
from hwgen.kernels.library import open_library
from hwgen.kernels.tuning import fallback

__all__ = ["paths", "tune"]

_MODULE = "hwgen.kernels.tuning._native"  # built by setuptools; never imported, for it is no module
Floats = NDArray[np.float64]


@cache
def _library() -> ctypes.CDLL | None:
    return open_library(_MODULE, "hwgen_tune")


def paths() -> tuple[str, ...]:
    """What this installation can run: ``numpy`` and, after it, ``native``."""
    return ("numpy",) if _library() is None else ("numpy", "native")


def tune(
    target: Floats,
    upper: Floats,
    covariance: Floats,
    index: NDArray[np.uint8] | None,
    slopes: Floats,
    prices: Floats,
    *,
    passes: int = 0,
    path: str | None = None,
) -> NDArray[np.int32]:
    """Choose a place in ``slopes`` for every tap of every filter.

    Minimizes, for each filter, ``(t - s)' H (t - s) + sum of prices`` over the chosen slopes
    ``s``: first by the recursion of GPTQ (Frantar et al., ICLR 2023), tap after tap, then by
    coordinate descent. The result depends on the arguments alone, not on the path.

    Parameters
    ----------
    target : float64[F, taps]
        ``t``.
    upper : float64[taps, taps]
        Upper Cholesky factor of the inverse of ``H``.
    covariance : float64[taps, taps]
        ``H``.
    index : uint8[F, taps] or None
        Block of 256 places that each tap must choose from; None: from all.
    slopes : float64[256 * blocks]
    prices : float64[F, 256 * blocks]
        Infinite where a place must not be chosen.
    passes : int
        Passes of coordinate descent at most; it ends when nothing changes.
    path : str, optional
        One of :func:`paths`; default: the last.
    """
    path = paths()[-1] if path is None else path
    check_choice("kernels", "path", path, paths())
    if path == "numpy":
        return fallback.tune(target, upper, covariance, index, slopes, prices, passes)
    found = np.empty(target.shape, np.int32)
    floats = [
        np.ascontiguousarray(x, np.float64) for x in (target, upper, covariance, slopes, prices)
    ]
    chosen = None if index is None else np.ascontiguousarray(index, np.uint8)
    library = _library()
    assert library is not None
    failed = library.hwgen_tune(
        *(ctypes.c_int(x) for x in (*target.shape, len(slopes) // fallback.CODES, passes)),
        *(ctypes.c_void_p(x.ctypes.data) for x in floats[:3]),
        ctypes.c_void_p(None if chosen is None else chosen.ctypes.data),
        *(ctypes.c_void_p(x.ctypes.data) for x in floats[3:]),
        ctypes.c_void_p(found.ctypes.data),
    )
    if failed:
        raise MemoryError
    return found
