"""A folder of PNG and JPEG images with a table of their classes."""

import csv
import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from hwgen.errors import DataError
from hwgen.files import check_file, read_text
from hwgen.network.data.raw import Raw

__all__ = ["LABELS", "read"]

LABELS = "labels.csv"
_HEADER = ["filename", "label"]
_MODES = {"L": 1, "RGB": 3}  # channels
_DAMAGE = (
    MemoryError,
    OSError,
    SyntaxError,
    ValueError,
    Warning,
    Image.DecompressionBombError,
)


def read(folder: Path) -> Raw:
    """The images that ``labels.csv`` names, in its order.

    Its rows are ``filename,label``, labels being integers; a first row that says just that is a
    header. Images are grey or RGB with 8 bits and of one size; nothing is rotated, scaled or
    converted.
    """
    rows = _rows(folder / LABELS)
    images: NDArray[np.uint8] | None = None
    for index, (name, _) in enumerate(rows):
        pixels = _pixels(folder / name)
        if images is None:
            images = np.empty((len(rows), *pixels.shape), np.uint8)
        if pixels.shape != images.shape[1:]:
            raise DataError(
                f"data {folder / name} must be of the size of {rows[0][0]}, "
                f"{list(images.shape[1:])}, not {list(pixels.shape)}"
            )
        images[index] = pixels
    if images is None:
        raise DataError(f"data {folder / LABELS} must name at least one image, not none")
    return Raw(
        subject=f"data {folder} images",
        label_subject=f"data {folder / LABELS} labels",
        images=images,
        labels=np.array([label for _, label in rows], dtype=np.int64),
    )


def _rows(path: Path) -> list[tuple[str, int]]:
    lines = io.StringIO(read_text(path, "data", DataError, "utf-8-sig"), newline="")
    try:
        rows = [(number, row) for number, row in enumerate(csv.reader(lines), 1) if row]
    except csv.Error as error:
        raise DataError(f"data {path} is no table: {error}") from error
    if rows and rows[0][1] == _HEADER:
        del rows[0]
    named: dict[str, int] = {}
    for number, row in rows:
        if len(row) != 2 or not _is_name(row[0]) or not _is_label(row[1]):
            raise DataError(
                f"data {path} line {number} must be filename,label with an integer label, "
                f"not {','.join(row)!r}"
            )
        if row[0] in named:
            raise DataError(f"data {path} line {number} must name another image, not {row[0]!r}")
        named[row[0]] = int(row[1])
    return list(named.items())


def _is_name(text: str) -> bool:
    return text != "" and text.isprintable()


def _is_label(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _pixels(path: Path) -> NDArray[np.uint8]:
    check_file(path, "data", DataError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of images that are far too large
            with Image.open(path, formats=("PNG", "JPEG")) as image:
                if image.mode not in _MODES:
                    raise DataError(
                        f"data {path} must be grey or RGB with 8 bits, not {image.mode}"
                    )
                pixels = np.asarray(image)
    except UnidentifiedImageError as error:
        raise DataError(f"data {path} must be a PNG or JPEG image") from error
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:  # missing, or not permitted
            raise
        said = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"data {path} is damaged: {said}") from error
    return pixels.reshape(*pixels.shape[:2], _MODES[image.mode])
