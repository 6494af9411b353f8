"""CIFAR-10's batches, as its authors publish them: for Python, and binary."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import DataError
from hwgen.network.data.pickled import load_batch
from hwgen.network.data.raw import Part, Raw

__all__ = ["batches", "read_binary", "read_pickled"]

_SHAPE = (3, 32, 32)  # red, green and blue planes
_PIXELS = 3 * 32 * 32


def batches(folder: Path, part: Part, ending: str) -> list[Path]:
    """The batches of a folder in their order: the five of training are for calibration."""
    if part == "test":
        names = [f"test_batch{ending}"]
    else:
        names = [f"data_batch_{number}{ending}" for number in range(1, 6)]
    return [folder / name for name in names if (folder / name).is_file()]


def read_pickled(paths: list[Path]) -> Raw:
    """Batches for Python: pickled ``data`` and ``labels``."""
    found = [load_batch(path) for path in paths]
    for path, (pixels, labels) in zip(paths, found, strict=True):
        if pixels.shape != (len(labels), _PIXELS):
            raise DataError(
                f"data {path} must have data of the shape {[len(labels), _PIXELS]}, "
                f"not {list(pixels.shape)}"
            )
    return _raw(paths, [pixels for pixels, _ in found], [labels for _, labels in found])


def read_binary(paths: list[Path]) -> Raw:
    """Binary batches: a byte of label and 3072 of pixels for each image."""
    pixels, labels = [], []
    for path in paths:
        content = np.frombuffer(path.read_bytes(), np.uint8)
        if not content.size or content.size % (1 + _PIXELS):
            raise DataError(
                f"data {path} must be a CIFAR-10 batch of {1 + _PIXELS} bytes per image, "
                f"but has {content.size} bytes"
            )
        records = content.reshape(-1, 1 + _PIXELS)
        labels.append(records[:, 0])
        pixels.append(records[:, 1:])
    return _raw(paths, pixels, labels)


def _raw(
    paths: list[Path], pixels: list[NDArray[np.uint8]], labels: list[NDArray[np.uint8]]
) -> Raw:
    path = paths[0] if len(paths) == 1 else paths[0].parent
    classes = np.concatenate(labels)
    if classes.size and classes.max() > 9:
        raise DataError(f"data {path} labels must be from 0 to 9, not {classes.max()}")
    planes = np.concatenate(pixels).reshape(-1, *_SHAPE)
    return Raw(
        subject=f"data {path} images",
        label_subject=f"data {path} labels",
        images=np.moveaxis(planes, 1, 3),
        labels=classes,
    )
