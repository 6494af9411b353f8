"""Layers that do not multiply, as calls that write into given memory.

A sum's code depends on two codes alone, so golden's definition is asked once for all pairs of
them. What golden defines in another way is left to golden.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.golden.add import add
from hwgen.network.graph import Add, Concat, Layer, Network, Pad, Reshape, Slice

__all__ = ["Call", "Codes", "elementwise"]

Codes: TypeAlias = NDArray[np.uint8]
Call: TypeAlias = Callable[[Sequence[Codes], Codes], None]


def elementwise(network: Network, layer: Layer) -> Call | None:
    """``call(inputs, out)`` for a slice of images; None for layers of other kinds."""
    match layer:
        case Add():
            return _add(network, layer)
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


def _add(network: Network, layer: Add) -> Call:
    codes = np.arange(256, dtype=np.uint8)
    pairs = np.broadcast_arrays(codes[:, None], codes[None, :])
    zero_points = tuple(network.quantizations[name].zero_point for name in layer.inputs)
    table = add(layer, (pairs[0], pairs[1]), (zero_points[0], zero_points[1])).ravel()

    def call(inputs: Sequence[Codes], out: Codes) -> None:
        index = inputs[0].astype(np.intp)
        index *= 256
        index += inputs[1]
        np.take(table, index, out=out, mode="clip")  # clipping never happens; it spares a copy

    return call


def _concat(layer: Concat, inputs: Sequence[Codes], out: Codes) -> None:
    np.concatenate(inputs, axis=layer.axis + 1, out=out)


def _pad(layer: Pad, codes: Codes, out: Codes) -> None:
    out[...] = layer.fill
    inside = tuple(slice(x, x + y) for x, y in zip(layer.before, codes.shape[1:], strict=True))
    out[:, *inside] = codes
