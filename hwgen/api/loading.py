"""Networks and data sets."""

from pathlib import Path

from hwgen.api.common import PathLike
from hwgen.network import data as data_set
from hwgen.network.data import DataSet, Labelled, Part
from hwgen.network.graph import Network
from hwgen.network.load import load as load_network

__all__ = ["load", "load_data", "load_images"]


def load(model: PathLike) -> Network:
    """The integer network of an 8-bit ONNX or TFLite file."""
    return load_network(Path(model))


def load_data(path: PathLike, network: Network) -> DataSet:
    """The calibration and test images of an ``.npz`` file that fits the network."""
    return data_set.load(Path(path), network)


def load_images(
    path: PathLike,
    network: Network,
    *,
    model: PathLike,
    preprocess: str | None = None,
    part: Part = "test",
) -> Labelled:
    """Images of a data set as the codes that a network reads, with the class of each.

    Parameters
    ----------
    path : path
        An ``.npz`` file, a batch of CIFAR-10, MNIST's images, or a folder of them or of images;
        see :func:`hwgen.network.data.read.read`.
    network : Network
    model : path
        File of the network: ``NAME.toml`` beside ``NAME.onnx`` says what numbers mean.
    preprocess : str, optional
        Another such file, or its keys in one line; see
        :class:`hwgen.network.data.Preprocessing`.
    part : str
        ``test`` or ``calibration``: which images of a data set that holds both.
    """
    stated = data_set.preprocessing_of(Path(model), preprocess)
    return data_set.load_split(Path(path), network, stated, part)
