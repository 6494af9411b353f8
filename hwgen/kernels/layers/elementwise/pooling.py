"""Maximum and average over windows, and codes through a table."""

import ctypes
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from hwgen.errors import SpecError, check_choice, check_range
from hwgen.kernels.layers import native
from hwgen.kernels.layers.elementwise.addition import elementwise_paths
from hwgen.kernels.layers.geometry import Geometry, check_codes
from hwgen.kernels.layers.output import Output
from hwgen.kernels.layers.requantize import raw_output
from hwgen.kernels.layers.steps import requantize

__all__ = ["Pooling"]

_CODES = np.arange(256)
_MOST_TAPS = ((1 << 31) - 1) // 255  # the sum of a window fits 32 bits


class _Pooling(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int64) for name in ("height", "width", "channels", "out_height")),
        *((name, ctypes.c_int64) for name in ("out_width", "kernel_height", "kernel_width")),
        *((name, ctypes.c_int64) for name in ("stride_y", "stride_x", "top", "left", "is_max")),
        *((name, ctypes.c_int64) for name in ("offset", "by_taps")),
        ("table", ctypes.c_void_p),
    )


class Pooling:
    """``requantize(max(a) - offset)`` or ``requantize(sum(a - offset))`` over the taps inside.

    Prepared; calls may run in several threads. A maximum over no tap is that of code 0. Where the
    kernel and the stride are 1, codes go through a table.

    Parameters
    ----------
    geometry : Geometry
        Of a depthwise layer: as many filters and groups as channels. Its ``fill`` is not read.
    kind : str
        ``max`` or ``average``.
    offset : int
        Code that stands for 0.
    output : Output
        Of one filter, or of as many as the kernel has taps: for windows with 1, 2, ... taps
        inside the input.
    path : str, optional
        One of :func:`elementwise_paths`; default: the last. All give the same codes.

    Raises
    ------
    SpecError
        The numbers do not fit together, or the path is not known.
    """

    def __init__(
        self,
        geometry: Geometry,
        kind: Literal["max", "average"],
        offset: int,
        output: Output,
        path: str | None = None,
    ) -> None:
        self.path = elementwise_paths()[-1] if path is None else path
        check_choice("kernels", "path", self.path, elementwise_paths())
        check_choice("pooling", "kind", kind, ("max", "average"))
        check_range("pooling", "offset", offset, 0, 255)
        _check(geometry, output)
        self.geometry, self.kind, self.offset, self.output = geometry, kind, offset, output
        steps = requantize(_CODES[:, None].astype(np.int32) - offset, output)
        self._table = native.aligned(np.ascontiguousarray(steps.T))
        self._raw = self._packed()
        self._raw_output, self._kept = raw_output(output)

    @property
    def is_recoding(self) -> bool:
        """Whether every code goes through a table on its own."""
        g = self.geometry
        return (*g.kernel, *g.stride, *g.padding) == (1, 1, 1, 1, 0, 0, 0, 0)

    def run(self, codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        """Output codes of ``codes[N, H, W, C]`` into ``out[N, OH, OW, C]``."""
        check_codes("codes", codes, self.geometry.in_shape)
        check_codes("out", out, self.geometry.out_shape, len(codes))
        if self.path == "numpy":
            out[...] = self._by_numpy(codes)
        elif self.is_recoding and codes.shape == out.shape:
            self._call("hwgen_translate", native.address(self._table), codes, codes.size, out)
        else:
            arguments = (ctypes.byref(self._raw), ctypes.byref(self._raw_output))
            self._call("hwgen_pool", *arguments, codes, len(codes), out)

    def _call(self, name: str, *arguments: Any) -> None:
        *prepared, codes, count, out = arguments
        native.function(name)(
            ctypes.c_int(native.index(self.path)),
            *prepared,
            native.address(codes),
            ctypes.c_int64(count),
            native.address(out),
        )

    def _packed(self) -> _Pooling:
        g = self.geometry
        names = ("height", "width", "channels", "out_height", "out_width")
        is_same = (self._table == _CODES).all()
        return _Pooling(
            **{name: getattr(g, name) for name in names},
            kernel_height=g.kernel[0],
            kernel_width=g.kernel[1],
            stride_y=g.stride[0],
            stride_x=g.stride[1],
            top=g.padding[0],
            left=g.padding[1],
            is_max=self.kind == "max",
            offset=self.offset,
            by_taps=len(self._table) > 1,
            table=None if is_same else self._table.ctypes.data,
        )

    def _by_numpy(self, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        inside = self._windows(np.ones((1, *codes.shape[1:3], 1), np.int32)).sum(axis=(4, 5))
        choice = (inside - 1) % len(self._table) if len(self._table) > 1 else 0 * inside
        if self.kind == "max":
            return np.asarray(self._table[choice, self._windows(codes).max(axis=(4, 5))])
        sums = self._windows(codes.astype(np.int32)).sum(axis=(4, 5), dtype=np.int32)
        found = requantize((sums - self.offset * inside)[..., None], self.output)
        return np.asarray(np.take_along_axis(found, choice[..., None], axis=-1)[..., 0])

    def _windows(self, values: NDArray[Any]) -> NDArray[Any]:
        """``[N, OH, OW, C, KH, KW]`` with padding of 0."""
        g = self.geometry
        top, left, bottom, right = g.padding
        padded = np.pad(values, ((0, 0), (top, bottom), (left, right), (0, 0)))
        found = sliding_window_view(padded, g.kernel, axis=(1, 2))
        return found[:, :: g.stride[0], :: g.stride[1]][:, : g.out_height, : g.out_width]


def _check(geometry: Geometry, output: Output) -> None:
    taps, factors = geometry.taps, len(output.multiplier)
    if not geometry.channels == geometry.groups == geometry.filters:
        raise SpecError(
            f"pooling groups and filters must be its {geometry.channels} channels, "
            f"not {geometry.groups} and {geometry.filters}"
        )
    if factors not in (1, taps):
        raise SpecError(f"pooling output must have 1 or {taps} factors, not {factors}")
    if taps > _MOST_TAPS:
        raise SpecError(f"pooling taps must be at most {_MOST_TAPS}, not {taps}")
