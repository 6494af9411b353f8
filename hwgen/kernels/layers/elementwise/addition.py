"""Sum of two tensors."""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError, check_choice
from hwgen.kernels.layers import native
from hwgen.kernels.layers.geometry import check_codes
from hwgen.kernels.layers.output import Output
from hwgen.kernels.layers.requantize import raw_output
from hwgen.kernels.layers.steps import requantize

__all__ = ["Addition", "elementwise_paths"]

_CODES = np.arange(256, dtype=np.int64)
_AT_ONCE = 1 << 14  # codes: what is made of them stays in the cache


def elementwise_paths() -> tuple[str, ...]:
    """What this machine can run, slowest first: ``numpy``, then instruction sets."""
    return ("numpy", *(name for name in native.sets() if name != "avx512vnni"))


class _Addition(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("first", "second")),
        ("is_linear", ctypes.c_int32),
        ("slope", ctypes.c_uint32 * 2),
        ("constant", ctypes.c_uint32),
    )


class Addition:
    """``requantize(wrap32(first[a] + second[b]))``, prepared; calls may run in several threads.

    Parameters
    ----------
    first, second : int32[256]
        What a code of each operand stands for in the sum.
    output : Output
        Of one filter.
    path : str, optional
        One of :func:`elementwise_paths`; default: the last. All give the same codes.

    Raises
    ------
    SpecError
        An array has another shape or type, or the path is not known.
    """

    def __init__(
        self,
        first: NDArray[np.int32],
        second: NDArray[np.int32],
        output: Output,
        path: str | None = None,
    ) -> None:
        self.path = elementwise_paths()[-1] if path is None else path
        check_choice("kernels", "path", self.path, elementwise_paths())
        for values in (first, second):
            if values.dtype != np.int32 or values.shape != (256,):
                raise SpecError(
                    f"addition operands must be int32 (256,), not {values.dtype} {values.shape}"
                )
        output.check(1)
        self.output = output
        self._tables = [native.aligned(first), native.aligned(second)]
        self._raw = _raw(self._tables)
        self._raw_output, self._kept = raw_output(output)

    def run(self, a: NDArray[np.uint8], b: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        """Output codes of ``a`` and ``b`` ``[N, ...]`` into ``out``, all of one shape."""
        check_codes("codes", a, a.shape[1:])
        for name, codes in (("codes", b), ("out", out)):
            check_codes(name, codes, a.shape[1:], len(a))
        if self.path == "numpy":
            self._by_numpy(a.reshape(-1), b.reshape(-1), out.reshape(-1))
            return
        native.function("hwgen_add")(
            ctypes.c_int(native.index(self.path)),
            ctypes.byref(self._raw),
            ctypes.byref(self._raw_output),
            native.address(a),
            native.address(b),
            ctypes.c_int64(a.size),
            native.address(out),
        )

    def _by_numpy(self, a: NDArray[Any], b: NDArray[Any], out: NDArray[Any]) -> None:
        for first in range(0, len(a), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            sums = self._tables[0][a[part]] + self._tables[1][b[part]]  # wraps
            out[part] = requantize(sums[:, None], self.output)[:, 0]


def _raw(tables: list[NDArray[np.int32]]) -> _Addition:
    slopes = [int(table[1]) - int(table[0]) for table in tables]
    lines = [int(table[0]) + slope * _CODES for table, slope in zip(tables, slopes, strict=True)]
    return _Addition(
        first=tables[0].ctypes.data,
        second=tables[1].ctypes.data,
        is_linear=all((x == line).all() for x, line in zip(tables, lines, strict=True)),
        slope=(ctypes.c_uint32 * 2)(*slopes),
        constant=int(tables[0][0]) + int(tables[1][0]),
    )
