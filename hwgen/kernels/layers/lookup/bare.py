"""How fast the inner loop of the look-up is by itself: what its layers are compared with."""

import ctypes
from time import thread_time

import numpy as np

from hwgen.errors import check_choice
from hwgen.kernels.layers import native
from hwgen.kernels.layers.lookup.lookup import lookup_paths

__all__ = ["bare_rate"]

_POSITIONS = 128  # their sums, codes and rows stay in the first two caches
_TAPS = 16  # as in lookup.h
_REPEATS = 1000
_ROUNDS = 5


def bare_rate(path: str, lanes: int = 32, spill: int = 4) -> float:
    """Products per second of processor time, in one thread, the best of some rounds.

    Rows of 16 taps are added for positions whose codes are drawn as after a ReLU: half of them
    0, the others half normal.

    Parameters
    ----------
    path : str
        A compiled one of :func:`hwgen.kernels.layers.lookup.lookup.lookup_paths`.
    lanes : int
        Filters of a row: 8, 16 or 32.
    spill : int
        Products added in 16 bits: 1, 2, 4, 8 or 16.
    """
    check_choice("kernels", "path", path, lookup_paths()[1:])
    check_choice("kernels", "lanes", lanes, (8, 16, 32))
    check_choice("kernels", "spill", spill, (1, 2, 4, 8, 16))
    rng = np.random.default_rng(0)
    codes = np.clip(rng.normal(0, 60, (_POSITIONS, _TAPS)), 0, 255).astype(np.uint16) * 8
    tables = native.aligned(rng.integers(0, 256, _TAPS * (512 * lanes + 64), dtype=np.uint8))
    sums = native.aligned(np.zeros((_POSITIONS, lanes), np.uint32))
    call = native.function("hwgen_lookup_bare")
    best = float("inf")
    for _ in range(_ROUNDS):
        start = thread_time()
        call(
            ctypes.c_int(native.index(path)),
            ctypes.c_int(lanes),
            native.address(codes),
            ctypes.c_int64(_POSITIONS),
            native.address(tables),
            native.address(sums),
            ctypes.c_int(spill),
            ctypes.c_int64(_REPEATS),
        )
        best = min(best, thread_time() - start)
    return _REPEATS * _POSITIONS * _TAPS * lanes / best
