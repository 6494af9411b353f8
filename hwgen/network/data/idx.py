"""MNIST's idx files: images, and labels in a file beside them (LeCun's format description)."""

import gzip
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import DataError
from hwgen.network.data.raw import Part, Raw

__all__ = ["images", "is_idx", "read"]

_IMAGES, _LABELS = 0x0803, 0x0801  # bytes, with three axes and with one
_GZIP = b"\x1f\x8b"
_PREFIX = {"calibration": "train", "test": "t10k"}
_AT_ONCE = 1 << 20  # a damaged header may ask for any number of bytes


def is_idx(path: Path, start: bytes) -> bool:
    """Whether a file that begins with ``start`` is an idx file, or a compressed one by name."""
    return start[:3] == b"\0\0\x08" or (start[:2] == _GZIP and "idx" in path.name)


def images(folder: Path, part: Part) -> list[Path]:
    """The files of a folder that are named as MNIST's images are: one, or none."""
    names = [f"{_PREFIX[part]}-images{x}idx3-ubyte" for x in "-."]
    paths = [folder / f"{name}{ending}" for name in names for ending in ("", ".gz")]
    return [path for path in paths if path.is_file()][:1]


def read(path: Path) -> Raw:
    """The images of ``path``, and the labels of the file whose name says so.

    ``t10k-images-idx3-ubyte`` goes with ``t10k-labels-idx1-ubyte``; either may be compressed.
    """
    pixels = _array(path, _IMAGES, "images")
    labels = _labels_of(path)
    return Raw(
        subject=f"data {path} images",
        label_subject=f"data {labels} labels",
        images=pixels,
        labels=_array(labels, _LABELS, "labels"),
    )


def _labels_of(path: Path) -> Path:
    name = path.name.removesuffix(".gz").replace("images", "labels").replace("idx3", "idx1")
    if name == path.name.removesuffix(".gz"):
        raise DataError(f"data {path} must have images in its name, so that labels can be found")
    beside = [path.with_name(f"{name}{ending}") for ending in ("", ".gz")]
    for candidate in beside:
        if candidate.is_file():
            return candidate
    raise DataError(f"data {path} needs its labels beside it: {beside[0]}, plain or .gz")


def _array(path: Path, magic: int, what: str) -> NDArray[np.uint8]:
    axes = magic & 0xFF
    try:
        with _open(path) as file:
            header = file.read(4 + 4 * axes)
            if len(header) != 4 + 4 * axes or int.from_bytes(header[:4], "big") != magic:
                raise DataError(f"data {path} must hold MNIST's {what}, but its header differs")
            shape = [int.from_bytes(header[4 + 4 * x : 8 + 4 * x], "big") for x in range(axes)]
            size = int(np.prod(shape, dtype=object))
            content = _read(file, size + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"data {path} is damaged: {error}") from error
    if len(content) != size:
        more = "more" if len(content) > size else "fewer"
        raise DataError(f"data {path} must hold {shape} bytes as its header says, but has {more}")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        compressed = file.read(2) == _GZIP
    return cast(BinaryIO, gzip.open(path)) if compressed else path.open("rb")


def _read(file: BinaryIO, size: int) -> bytes:
    """Up to ``size`` bytes."""
    parts = []
    while size > 0 and (part := file.read(min(size, _AT_ONCE))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
