"""Calibration and test images that a search works with."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.network.data.archive import read_codes
from hwgen.network.data.labelled import encoded
from hwgen.network.graph import Network

__all__ = ["DataSet", "load"]


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
    raw = [read_codes(Path(path), part) for part in ("calibration", "test")]
    calibration, test = (encoded(x, network) for x in raw)
    return DataSet(
        calibration_images=calibration.images,
        calibration_labels=calibration.labels,
        test_images=test.images,
        test_labels=test.labels,
    )
