"""Convolution by table look-up: any products, exact whatever the tables hold."""

import ctypes
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import check_choice
from hwgen.kernels.layers import native
from hwgen.kernels.layers.geometry import Geometry, check_codes
from hwgen.kernels.layers.lookup.columns import columns_of
from hwgen.kernels.layers.lookup.fallback import LookupFallback
from hwgen.kernels.layers.lookup.plan import plan_of
from hwgen.kernels.layers.output import Output, Sums, Variate
from hwgen.kernels.layers.requantize import raw_output
from hwgen.kernels.layers.steps import requantize

__all__ = ["Lookup", "lookup_paths"]


def lookup_paths() -> tuple[str, ...]:
    """What this machine can run, slowest first: ``numpy``, then instruction sets."""
    return ("numpy", *(name for name in native.sets() if name != "avx512vnni"))


class _Lookup(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int32) for name in ("height", "width", "channels", "out_height")),
        *((name, ctypes.c_int32) for name in ("out_width", "filters", "kernel_height")),
        *((name, ctypes.c_int32) for name in ("kernel_width", "stride_y", "stride_x", "top")),
        *((name, ctypes.c_int32) for name in ("left", "fill", "groups", "images", "rows")),
        *((name, ctypes.c_int32) for name in ("plane_height", "plane_width", "depth", "blocks")),
        *((name, ctypes.c_int32) for name in ("taps", "is_wide", "filter_block_count")),
        *((name, ctypes.c_int32) for name in ("has_sums", "has_variate", "fraction")),
        *((name, ctypes.c_void_p) for name in ("filter_blocks", "steps", "tap_block")),
        *((name, ctypes.c_void_p) for name in ("tap_offset", "column", "narrow", "products")),
        *((name, ctypes.c_void_p) for name in ("bias", "narrow_bias", "sum_factor")),
        *((name, ctypes.c_void_p) for name in ("variate", "variate_factor")),
    )


class Lookup:
    """One layer, prepared: its tables are packed once and then only read.

    ``wrap32(sum_k tables[choice_k][a_k, codes_k] + bias + sum_factor * sum_k a_k + variate)``,
    requantized. Calls may run in several threads at once.

    Parameters
    ----------
    geometry : Geometry
    sums : Sums
    output : Output
    tables : tuple of int32[256, 256]
        Products, by activation code and weight byte.
    choice, codes : uint8[F, KH, KW, C // groups]
        Table and byte of each weight.
    path : str, optional
        One of :func:`lookup_paths`; default: the last. All give the same codes.

    Raises
    ------
    SpecError
        An array does not fit the geometry, or the path is not known.
    """

    def __init__(
        self,
        geometry: Geometry,
        sums: Sums,
        output: Output,
        tables: tuple[NDArray[np.int32], ...],
        choice: NDArray[np.uint8],
        codes: NDArray[np.uint8],
        path: str | None = None,
    ) -> None:
        self.path = lookup_paths()[-1] if path is None else path
        check_choice("kernels", "path", self.path, lookup_paths())
        geometry.check_weights("look-up codes", codes)
        sums.check(geometry.filters, geometry.taps)
        output.check(geometry.filters)
        self._columns = columns_of(tables, choice, codes, sums.sum_factor)
        sums = replace(sums, sum_factor=self._columns.sum_factor)
        self.geometry, self.output, self._sums = geometry, output, sums
        if self.path == "numpy":
            self._fallback = LookupFallback(geometry, sums, self._columns)
        else:
            self._raw, self._kept = self._packed()
            self._raw_output, kept = raw_output(output)
            self._kept += kept

    def run(self, codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        """Output codes of ``codes[N, H, W, C]`` into ``out[N, OH, OW, F]``."""
        self._check(codes)
        check_codes("out", out, self.geometry.out_shape, len(codes))
        if self.path == "numpy":
            out[...] = requantize(self._fallback.accumulate(codes), self.output)
        else:
            self._call(codes, out, ctypes.byref(self._raw_output))

    def accumulate(self, codes: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Accumulators before requantization: int32[N, OH, OW, F]."""
        self._check(codes)
        if self.path == "numpy":
            return self._fallback.accumulate(codes)
        sums = np.empty((len(codes), *self.geometry.out_shape), np.int32)
        self._call(codes, sums, None)
        return sums

    def _check(self, codes: NDArray[np.uint8]) -> None:
        check_codes("codes", codes, self.geometry.in_shape)

    def _call(self, codes: NDArray[np.uint8], out: NDArray[Any], output: Any) -> None:
        call = native.function("hwgen_lookup")
        failed = call(
            ctypes.c_int(native.index(self.path)),
            ctypes.byref(self._raw),
            output,
            native.address(codes),
            ctypes.c_int64(len(codes)),
            native.address(out),
        )
        if failed:
            raise MemoryError

    def _packed(self) -> tuple[_Lookup, list[NDArray[Any]]]:
        """The structure, and the arrays that it points into."""
        g, columns = self.geometry, self._columns
        plan = plan_of(g, columns)
        variate = self._sums.variate or _no_variate(g.filters)
        bias = self._sums.bias
        arrays: dict[str, NDArray[Any]] = {
            "filter_blocks": plan.filter_blocks,
            "steps": plan.steps,
            "tap_block": plan.tap_block,
            "tap_offset": plan.tap_offset,
            "column": columns.of_weight,
            "narrow": columns.narrow,
            "products": columns.products,
            "bias": bias.astype(np.int32),
            "narrow_bias": (bias + columns.removed).astype(np.int32),
            "sum_factor": self._sums.sum_factor.astype(np.int32),
            "variate": variate.x,
            "variate_factor": variate.factor,
        }
        arrays = {name: native.aligned(array) for name, array in arrays.items()}
        names = ("height", "width", "channels", "out_height", "out_width", "filters", "fill")
        planned = ("images", "rows", "plane_height", "plane_width", "depth", "blocks")
        raw = _Lookup(
            **{name: getattr(g, name) for name in (*names, "groups", "taps")},
            **{name: getattr(plan, name) for name in planned},
            **{name: array.ctypes.data for name, array in arrays.items()},
            kernel_height=g.kernel[0],
            kernel_width=g.kernel[1],
            stride_y=g.stride[0],
            stride_x=g.stride[1],
            top=g.padding[0],
            left=g.padding[1],
            is_wide=columns.is_wide,
            filter_block_count=len(plan.filter_blocks),
            has_sums=bool(self._sums.sum_factor.any()),
            has_variate=self._sums.variate is not None,
            fraction=variate.fraction,
        )
        return raw, list(arrays.values())


def _no_variate(filters: int) -> Variate:
    return Variate(x=np.zeros(256, np.int32), factor=np.zeros(filters, np.int64), fraction=0)
