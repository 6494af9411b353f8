"""Data sets: what formats there are, what their numbers mean, and codes for a network."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.network.data.dataset import DataSet, load
from hwgen.network.data.labelled import Labelled, as_values, encoded
from hwgen.network.data.preprocessing import Preprocessing
from hwgen.network.data.raw import Part
from hwgen.network.data.read import read
from hwgen.network.data.statement import preprocessing_of
from hwgen.network.graph import Network, Shape

__all__ = [
    "DataSet",
    "Labelled",
    "Part",
    "Preprocessing",
    "load",
    "load_split",
    "load_values",
    "preprocessing_of",
]


def load_split(
    path: str | Path,
    network: Network,
    preprocessing: Preprocessing | None = None,
    part: Part = "test",
    limit: int | None = None,
) -> Labelled:
    """One split of a data set, as codes of the input of ``network``.

    Parameters
    ----------
    path : path
        See :func:`hwgen.network.data.read.read` for what it can be.
    network : Network
    preprocessing : Preprocessing, optional
        As :func:`preprocessing_of` finds it. Without it, only data that are codes by
        definition are taken: :class:`DataSet`'s arrays.
    part : str
        Which split to take of a file or folder that holds both.
    limit : int, optional
        Only the first so many images.

    Raises
    ------
    DataError
        The file cannot be read, or does not fit the network.
    SpecError
        The preprocessing does not fit the images.
    """
    return encoded(read(Path(path), part), network, preprocessing, limit)


def load_values(
    path: str | Path,
    shape: Shape,
    preprocessing: Preprocessing | None = None,
    part: Part = "calibration",
    limit: int | None = None,
) -> NDArray[np.float32]:
    """What a float network with an input of ``shape`` reads: ``[N, H, W, C]``.

    Parameters and errors are those of :func:`load_split`.
    """
    return as_values(read(Path(path), part), shape, preprocessing, limit)
