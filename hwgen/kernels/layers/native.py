"""The compiled kernels of layers, when this installation has them: a shared object, by ctypes."""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.kernels.library import open_library

__all__ = ["SETS", "address", "aligned", "function", "index", "sets"]

_MODULE = "hwgen.kernels.layers._native"

#: Instruction sets, in the order of sets.h.
SETS = ("portable", "neon", "avx2", "avx512", "avx512vnni")


@cache
def _library() -> ctypes.CDLL | None:
    library = open_library(_MODULE, "hwgen_layers_has")
    if library is not None:
        library.hwgen_layers_has.restype = ctypes.c_int
    return library


@cache
def sets() -> tuple[str, ...]:
    """Instruction sets that this machine can run, slowest first; none without the kernels."""
    library = _library()
    if library is None:
        return ()
    return tuple(name for name in SETS if library.hwgen_layers_has(index(name)))


def index(name: str) -> int:
    """Number of an instruction set in sets.h."""
    return SETS.index(name)


def function(name: str) -> Callable[..., int]:
    """A compiled function; only where :func:`sets` names any."""
    library = _library()
    assert library is not None, "sets() names none without the library"
    return getattr(library, name)  # type: ignore[no-any-return]


def address(array: NDArray[Any]) -> ctypes.c_void_p:
    """Where an array lies; the caller keeps it alive."""
    return ctypes.c_void_p(array.ctypes.data)


def aligned(array: NDArray[Any]) -> NDArray[Any]:
    """A C-contiguous copy at an address that the widest vector may be loaded from."""
    raw = np.empty(array.nbytes + 64, np.uint8)
    start = -raw.ctypes.data % 64
    copy = raw[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy
