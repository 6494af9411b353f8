"""Layers that do not multiply, as calls that write into given memory.

Sums and pooling are compiled; without the compiled kernels a sum's code, which depends on two codes
alone, is looked up. What golden defines in another way is left to golden.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.emulation.shapes import add_output, pool_output, window_of
from hwgen.golden.add import add
from hwgen.golden.requantize import requantize
from hwgen.kernels.layers.elementwise.addition import Addition, elementwise_paths
from hwgen.kernels.layers.elementwise.pooling import Pooling
from hwgen.network.graph import Add, Concat, Layer, Network, Pad, Pool, Reshape, Slice

__all__ = ["Call", "Codes", "elementwise"]

Codes: TypeAlias = NDArray[np.uint8]
Call: TypeAlias = Callable[[Sequence[Codes], Codes], None]

_CODES = np.arange(256, dtype=np.uint8)


def elementwise(
    network: Network, layer: Layer, kernel: str | None, path: str | None
) -> tuple[Call, str] | None:
    """``call(inputs, out)`` for a slice of images, and its instruction set.

    None for layers of other kinds, and for pooling where no compiled kernels are there.
    """
    moving = _moving(layer)
    if moving is not None:
        return moving, "numpy"
    path = "numpy" if kernel == "numpy" else _path(path)
    match layer:
        case Add() if path == "numpy":
            return _looked_up(network, layer), path
        case Add():
            return _added(network, layer, path), path
        case Pool() if path != "numpy":
            return _pooled(network, layer, path), path
    return None


def _path(path: str | None) -> str:
    """The best that there is, where the forced one is for other kernels."""
    known = elementwise_paths()
    return path if path in known else known[-1]


def _moving(layer: Layer) -> Call | None:
    match layer:
        case Concat():
            return lambda inputs, out: _concat(layer, inputs, out)
        case Pad():
            return lambda inputs, out: _pad(layer, inputs[0], out)
        case Slice():
            where = tuple(slice(x, None, y) for x, y in zip(layer.start, layer.step, strict=True))
            extents = tuple(slice(x) for x in layer.shape)
            return lambda inputs, out: np.copyto(out, inputs[0][:, *where][:, *extents])
        case Reshape():
            return lambda inputs, out: np.copyto(out, inputs[0].reshape(out.shape))
    return None


def _zero_points(network: Network, layer: Layer) -> list[int]:
    return [network.quantizations[name].zero_point for name in layer.inputs]


def _added(network: Network, layer: Add, path: str) -> Call:
    tables = [
        requantize(_CODES.astype(np.int64) - zero, rescale, layer.rounding).astype(np.int32)
        for zero, rescale in zip(_zero_points(network, layer), layer.operands, strict=True)
    ]
    prepared = Addition(tables[0], tables[1], add_output(layer), path)
    return lambda inputs, out: prepared.run(inputs[0], inputs[1], out)


def _looked_up(network: Network, layer: Add) -> Call:
    pairs = np.broadcast_arrays(_CODES[:, None], _CODES[None, :])
    first, second = _zero_points(network, layer)
    table = add(layer, (pairs[0], pairs[1]), (first, second)).ravel()

    def call(inputs: Sequence[Codes], out: Codes) -> None:
        index = inputs[0].astype(np.intp)
        index *= 256
        index += inputs[1]
        np.take(table, index, out=out, mode="clip")  # clipping never happens; it spares a copy

    return call


def _pooled(network: Network, layer: Pool, path: str) -> Call:
    (zero_point,) = _zero_points(network, layer)
    offset = zero_point if layer.offset is None else layer.offset
    window = window_of(network, layer)
    prepared = Pooling(window, layer.kind, offset, pool_output(layer), path)
    return lambda inputs, out: prepared.run(inputs[0], out)


def _concat(layer: Concat, inputs: Sequence[Codes], out: Codes) -> None:
    np.concatenate(inputs, axis=layer.axis + 1, out=out)


def _pad(layer: Pad, codes: Codes, out: Codes) -> None:
    out[...] = layer.fill
    inside = tuple(slice(x, x + y) for x, y in zip(layer.before, codes.shape[1:], strict=True))
    out[:, *inside] = codes
