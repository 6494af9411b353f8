"""Labelled images that a network is calibrated and tested with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import DataError
from hwgen.network.graph import Network
from hwgen.npz import listed, open_npz

__all__ = ["DataSet", "load"]

_PARTS = ("calibration", "test")


@dataclass(frozen=True, kw_only=True, eq=False)
class DataSet:
    """Images as codes of the network's input, with the class of each.

    Parameters
    ----------
    calibration_images, test_images : uint8[N, H, W, C]
        Decisions are made on the calibration images; the test images are for final figures.
    calibration_labels, test_labels : int64[N]
    """

    calibration_images: NDArray[np.uint8]
    calibration_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]


def load(path: str | Path, network: Network) -> DataSet:
    """The images of an ``.npz`` file whose arrays are named as in :class:`DataSet`.

    Raises :exc:`DataError` unless they fit ``network``.
    """
    arrays = _read(Path(path))
    classes = int(np.prod(network.layers[-1].shape))
    for part in _PARTS:
        images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
        if images.dtype != np.uint8:
            raise DataError(f"data {path} {part}_images must be uint8, not {images.dtype}")
        if images.shape[1:] != network.input_shape or not len(images):
            wanted = ", ".join(str(x) for x in network.input_shape)
            raise DataError(
                f"data {path} {part}_images must have the shape [N, {wanted}], "
                f"not {list(images.shape)}"
            )
        if not np.issubdtype(labels.dtype, np.integer):
            raise DataError(f"data {path} {part}_labels must be integers, not {labels.dtype}")
        if labels.shape != images.shape[:1]:
            raise DataError(
                f"data {path} {part}_labels must have the shape {[len(images)]}, "
                f"not {list(labels.shape)}"
            )
        wrong = labels[(labels < 0) | (labels >= classes)]
        if wrong.size:
            raise DataError(
                f"data {path} {part}_labels must be from 0 to {classes - 1}, not {wrong[0]}"
            )
        arrays[f"{part}_labels"] = labels.astype(np.int64)
    return DataSet(**arrays)


def _read(path: Path) -> dict[str, NDArray[Any]]:
    names = [f"{part}_{what}" for part in _PARTS for what in ("images", "labels")]
    with open_npz(path, "data", DataError) as archive:
        for name in names:
            if name not in archive:
                raise DataError(f"data {path} lacks the array {name}; it holds {listed(archive)}")
        return {name: np.asarray(archive[name]) for name in names}
