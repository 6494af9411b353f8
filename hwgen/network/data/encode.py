"""From numbers of images to codes of a network's input."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import DataError
from hwgen.network.data.preprocessing import Preprocessing
from hwgen.network.data.raw import Raw
from hwgen.network.graph import Quantization

__all__ = ["check_codes", "chunks", "codes_of", "own_codes", "quantize"]

_CHUNK = 1 << 20  # numbers at once: their floats stay within the processor's cache
_BYTES = (np.dtype(np.uint8), np.dtype(np.int8))


def quantize(values: NDArray[np.float32], quantization: Quantization) -> NDArray[np.uint8]:
    """``round(value / scale) + zero_point``, half to even, saturated: ONNX's QuantizeLinear.

    Everything is done in float32, as onnxruntime does it.
    """
    with np.errstate(over="ignore"):  # infinity saturates, as any large number does
        steps = np.rint(values / np.float32(quantization.scale))
    codes: NDArray[np.float32] = np.clip(steps + np.float32(quantization.zero_point), 0, 255)
    return codes.astype(np.uint8)


def codes_of(
    images: NDArray[Any], preprocessing: Preprocessing, quantization: Quantization
) -> NDArray[np.uint8]:
    """Codes of the numbers of images ``[N, H, W, C]``."""
    if preprocessing.codes:
        return own_codes(images)
    codes = np.empty(images.shape, np.uint8)
    if images.dtype in _BYTES:  # 256 numbers per channel say it all
        table = _table(images.dtype, images.shape[-1], preprocessing, quantization)
        for part in chunks(images):
            _look_up(table, images[part].view(np.uint8), codes[part])
        return codes
    for part in chunks(images):
        codes[part] = quantize(preprocessing.values(images[part]), quantization)
    return codes


def check_codes(raw: Raw) -> None:
    """Refuse images that cannot be codes."""
    if raw.images.dtype not in _BYTES or (raw.are_codes and raw.images.dtype != np.uint8):
        kinds = "uint8" if raw.are_codes else "uint8 or int8"
        raise DataError(f"{raw.subject} must be {kinds}, not {raw.images.dtype}")


def own_codes(images: NDArray[Any]) -> NDArray[np.uint8]:
    """Images that hold codes already; two's-complement ones become 128 larger."""
    codes = np.ascontiguousarray(images).view(np.uint8)
    return codes ^ np.uint8(128) if images.dtype == np.int8 else codes


def chunks(images: NDArray[Any]) -> Iterator[slice]:
    """Slices of images that are small enough to be converted at once."""
    step = max(1, _CHUNK // max(1, int(np.prod(images.shape[1:]))))
    return (slice(first, first + step) for first in range(0, len(images), step))


def _table(
    kind: np.dtype[Any], channels: int, preprocessing: Preprocessing, quantization: Quantization
) -> NDArray[np.uint8]:
    """Code of every byte: uint8[256, channels]."""
    numbers = np.arange(256, dtype=np.uint8).view(kind)
    return quantize(
        preprocessing.values(np.repeat(numbers[:, None], channels, axis=1)), quantization
    )


def _look_up(table: NDArray[np.uint8], raw: NDArray[np.uint8], codes: NDArray[np.uint8]) -> None:
    if (table == table[:, :1]).all():
        codes[...] = table[:, 0][raw]
        return
    for channel, row in enumerate(table.T):
        codes[..., channel] = row[raw[..., channel]]
