"""Convolution by integer matrix products of transformed activations: tables of low rank."""

import ctypes
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError, check_choice
from hwgen.kernels.layers import native
from hwgen.kernels.layers.factored.digits import digits_of
from hwgen.kernels.layers.factored.fallback import FactoredFallback
from hwgen.kernels.layers.factored.packing import Format, Packed, columns_of, pack, pack_depthwise
from hwgen.kernels.layers.factored.sides import Sides, sides_of
from hwgen.kernels.layers.factored.terms import Term, terms_of
from hwgen.kernels.layers.geometry import Geometry, check_codes
from hwgen.kernels.layers.output import Output, Sums
from hwgen.kernels.layers.requantize import raw_output
from hwgen.kernels.layers.steps import requantize

__all__ = ["Factored", "factored_paths"]

_FORMATS = {
    "portable": Format(lanes=4, most=2, element=2),
    "neon": Format(lanes=4, most=4, element=2, apart=True),
    "avx2": Format(lanes=8, most=3, element=2),
    "avx512": Format(lanes=16, most=4, element=2),
    "avx512vnni": Format(lanes=16, most=4, element=1),
}
_SPARE = 16  # values that vectors may read behind the last filter's
_MOST_DIGITS = 64  # table look-up is faster long before
_MOST_TAPS = ((1 << 31) - 1) // 255  # sums of bytes over a window then fit 32 bits
_MOST_CHANNELS = 1 << 20  # of a Geometry
_ONE_PIXEL = (1, 1, 1, 1, 1, 1, 0, 0, 0, 0)
_CODES = np.arange(256, dtype=np.uint8)


def factored_paths() -> tuple[str, ...]:
    """What this machine can run, slowest first: ``numpy``, then instruction sets."""
    return ("numpy", *native.sets())


class _Factored(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int64) for name in ("height", "width", "channels", "filters")),
        *((name, ctypes.c_int64) for name in ("groups", "out_height", "out_width")),
        *((name, ctypes.c_int64) for name in ("kernel_height", "kernel_width", "stride_y")),
        *((name, ctypes.c_int64) for name in ("stride_x", "top", "left", "fill", "is_flat")),
        *((name, ctypes.c_int64) for name in ("is_depthwise", "element", "columns")),
        *((name, ctypes.c_int64) for name in ("tables", "run_count", "chunk_count")),
        *((name, ctypes.c_void_p) for name in ("table", "is_same", "run", "chunk")),
        *((name, ctypes.c_void_p) for name in ("weights", "bias")),
        ("sides", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("side_table", "coefficient")),
        *((name, ctypes.c_int64) for name in ("has_variate", "base", "gain", "fraction")),
        ("factor", ctypes.c_void_p),
    )


class Factored:
    """One layer, prepared: its weights are packed once and then only read.

    ``wrap32(sum_r sum_k left[r, a_k] * right[r, f, k] + bias + sum_factor * sum_k a_k +
    variate)``, requantized. Exact for all factors: those that need more bits than the machine
    multiplies are split. Calls may run in several threads at once.

    Parameters
    ----------
    geometry : Geometry
    sums : Sums
    output : Output
    left : int32[rank, 256]
        By activation code.
    right : int32[rank, F, KH, KW, C // groups]
    path : str, optional
        One of :func:`factored_paths`; default: the last. All give the same codes.

    Raises
    ------
    SpecError
        An array does not fit the geometry, the path is not known, or the layer is none that
        matrix products are good for: see the message.
    """

    def __init__(
        self,
        geometry: Geometry,
        sums: Sums,
        output: Output,
        left: NDArray[np.int32],
        right: NDArray[np.int32],
        path: str | None = None,
    ) -> None:
        self.path = factored_paths()[-1] if path is None else path
        check_choice("kernels", "path", self.path, factored_paths())
        _check(geometry, left, right)
        sums.check(geometry.filters, geometry.taps)
        output.check(geometry.filters)
        self.geometry, self.output = geometry, output
        terms, constant = terms_of(left, right)
        sums = Sums(bias=sums.bias + constant, sum_factor=sums.sum_factor, variate=sums.variate)
        if self.path == "numpy":
            self._fallback = FactoredFallback(geometry, sums, terms)
            return
        self._raw, self._kept = _prepared(geometry, sums, terms, _FORMATS[self.path])
        largest = _largest(geometry.taps, sums, terms)
        self._raw_output, kept = raw_output(output, largest)
        self._kept += kept

    def run(self, codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        """Output codes of ``codes[N, H, W, C]`` into ``out[N, OH, OW, F]``."""
        check_codes("codes", codes, self.geometry.in_shape)
        check_codes("out", out, self.geometry.out_shape, len(codes))
        if self.path == "numpy":
            out[...] = requantize(self._fallback.accumulate(codes), self.output)
        else:
            self._call(codes, out, ctypes.byref(self._raw_output))

    def accumulate(self, codes: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Accumulators before requantization: int32[N, OH, OW, F]."""
        check_codes("codes", codes, self.geometry.in_shape)
        if self.path == "numpy":
            return self._fallback.accumulate(codes)
        sums = np.empty((len(codes), *self.geometry.out_shape), np.int32)
        self._call(codes, sums, None)
        return sums

    def _call(self, codes: NDArray[np.uint8], out: NDArray[Any], output: Any) -> None:
        if not len(codes):
            return
        failed = native.function("hwgen_factored")(
            ctypes.c_int(native.index(self.path)),
            ctypes.byref(self._raw),
            output,
            native.address(codes),
            ctypes.c_int64(len(codes)),
            native.address(out),
        )
        if failed:
            raise MemoryError


def _check(geometry: Geometry, left: NDArray[np.int32], right: NDArray[np.int32]) -> None:
    wanted = (len(left), *geometry.weight_shape)
    for name, values, shape in (
        ("left", left, (len(left), 256)),
        ("right", right, wanted),
    ):
        if values.dtype != np.int32 or values.shape != shape:
            raise SpecError(
                f"factored {name} must be int32 {shape}, not {values.dtype} {values.shape}"
            )
    if geometry.taps > _MOST_TAPS:
        raise SpecError(f"factored taps must be at most {_MOST_TAPS}, not {geometry.taps}")


def _largest(taps: int, sums: Sums, terms: tuple[Term, ...]) -> float:
    """Magnitude that no sum exceeds, in whatever order it is added up."""
    found = np.abs(sums.bias.astype(np.float64)) + 255.0 * taps * np.abs(sums.sum_factor)
    for term in terms:
        found += int(term.table.max()) * np.abs(term.weights).sum(axis=(1, 2, 3))
    if sums.variate is not None:
        x = float(np.abs(sums.variate.x.astype(np.float64)).max()) * taps
        found += np.abs(sums.variate.factor) * x / (1 << sums.variate.fraction) + 1
    return float(found.max())


def _prepared(
    geometry: Geometry, sums: Sums, terms: tuple[Term, ...], form: Format
) -> tuple[_Factored, list[NDArray[Any]]]:
    """The structure, and the arrays that it points into."""
    g = _flat(geometry)
    terms = tuple(replace(x, weights=x.weights.reshape(g.weight_shape)) for x in terms)
    is_depthwise = g.groups == g.channels == g.filters and g.groups > 1
    if is_depthwise:
        tables, packed, sides = _depthwise(g, sums, terms)
        form = Format(lanes=form.lanes, most=1, element=1)
    else:
        tables, packed, sides = _dense(g, sums, terms, form)
    return _raw(g, sums, tables, packed, sides, form, is_depthwise)


def _flat(geometry: Geometry) -> Geometry:
    """Where a window is the whole input, the same as a window of one pixel."""
    g = geometry
    size = g.height * g.width * g.channels
    if g.groups > 1 or g.kernel != (g.height, g.width) or any(g.padding) or size > _MOST_CHANNELS:
        return g
    return replace(g, height=1, width=1, channels=size, kernel=(1, 1), stride=(1, 1))


_Parts = tuple[NDArray[np.uint8], Packed, Sides]


def _dense(g: Geometry, sums: Sums, terms: tuple[Term, ...], form: Format) -> _Parts:
    digits, removed = digits_of(terms, 8 * form.element)
    if len(digits) > _MOST_DIGITS:
        raise SpecError(
            f"factored weights must have at most {_MOST_DIGITS} digits of {8 * form.element} "
            f"bits together, not {len(digits)}"
        )
    tables = np.array([term.table for term in terms], np.uint8).reshape(-1, 256)
    return tables, pack(g, len(tables), digits, form), sides_of(sums, g.taps, terms, removed)


def _depthwise(g: Geometry, sums: Sums, terms: tuple[Term, ...]) -> _Parts:
    """Weights have 32 bits, so that the factor of a window's sum is one weight more."""
    if sums.variate is not None:
        raise SpecError("factored depthwise layer must have no control variate")
    if sums.sum_factor.any():
        weights = np.broadcast_to(sums.sum_factor[:, None, None, None], g.weight_shape)
        terms = (*terms, Term(table=_CODES, weights=weights))
    tables = np.array([term.table for term in terms], np.uint8).reshape(-1, 256)
    bare = Sums(bias=sums.bias, sum_factor=np.zeros_like(sums.bias))
    packed = pack_depthwise(g, [term.weights for term in terms])
    return tables, packed, sides_of(bare, g.taps, (), ())


def _raw(
    g: Geometry,
    sums: Sums,
    tables: NDArray[np.uint8],
    packed: Packed,
    sides: Sides,
    form: Format,
    is_depthwise: bool,
) -> tuple[_Factored, list[NDArray[Any]]]:
    weights = _padded(packed.weights) if is_depthwise else packed.weights
    factor = np.zeros(g.filters, np.int64) if sums.variate is None else sums.variate.factor
    run = np.array(packed.runs, np.dtype([("offset", "i8"), ("steps", "i4"), ("shift", "i4")]))
    arrays: dict[str, NDArray[Any]] = {
        "table": tables,
        "is_same": (tables == _CODES).all(axis=1).astype(np.uint8),
        "run": run,
        "chunk": np.array(packed.chunks, np.int32),
        "weights": weights,
        "bias": _padded(sides.bias.astype(np.int32)),
        "side_table": sides.tables,
        "coefficient": _padded(sides.coefficients.astype(np.int32)),
        "factor": factor,
    }
    arrays = {name: native.aligned(np.ascontiguousarray(array)) for name, array in arrays.items()}
    names = ("height", "width", "channels", "filters", "groups", "out_height", "out_width", "fill")
    raw = _Factored(
        **{name: getattr(g, name) for name in names},
        **{name: array.ctypes.data for name, array in arrays.items()},
        kernel_height=g.kernel[0],
        kernel_width=g.kernel[1],
        stride_y=g.stride[0],
        stride_x=g.stride[1],
        top=g.padding[0],
        left=g.padding[1],
        is_flat=(g.height, g.width, *g.kernel, *g.stride, *g.padding) == _ONE_PIXEL,
        is_depthwise=is_depthwise,
        element=form.element,
        columns=columns_of(g),
        tables=len(tables),
        run_count=len(run),
        chunk_count=len(packed.chunks),
        sides=len(sides.coefficients),
        has_variate=sums.variate is not None,
        base=sides.base,
        gain=sides.gain,
        fraction=sums.variate.fraction if sums.variate is not None else 0,
    )
    return raw, list(arrays.values())


def _padded(values: NDArray[Any]) -> NDArray[Any]:
    width = [(0, 0)] * (values.ndim - 1) + [(0, _SPARE)]
    return np.pad(values, width)
