"""The images of a search: some to search with, others to judge by, never the same."""

import hashlib
from pathlib import Path

from hwgen.api.common import PathLike
from hwgen.api.loading import load_images
from hwgen.errors import DataError
from hwgen.mapping.study.final import check_apart
from hwgen.network.data import Labelled
from hwgen.network.graph import Network
from hwgen.npz import open_npz

__all__ = ["SearchImages"]

_PARTS = ("calibration_images", "test_images")


class SearchImages:
    """Calibration images, read at once, and test images, read when the search is over.

    Parameters
    ----------
    model : path
        Its preprocessing may lie beside it, see :func:`hwgen.api.loading.load_images`.
    network : Network
    data : path
        Calibration images; an ``.npz`` file may hold both.
    test : path or None
    preprocess : str or None

    Raises
    ------
    DataError
        The calibration images do not fit the network, or ``test`` is the same file.
    """

    def __init__(
        self,
        model: PathLike,
        network: Network,
        data: PathLike,
        test: PathLike | None,
        preprocess: str | None,
    ) -> None:
        self._model, self._network, self._preprocess = model, network, preprocess
        has_both = _holds_both(Path(data))
        if test is not None and not (has_both and Path(test).exists() and _same(data, test)):
            _check_other(Path(data), Path(test))
        self._test = data if test is None and has_both else test
        self.calibration = load_images(
            data, network, model=model, preprocess=preprocess, part="calibration"
        )

    @property
    def has_test(self) -> bool:
        """Whether there are test images."""
        return self._test is not None

    def read_test(self) -> Labelled:
        """The test images. Raises :exc:`DataError` when most are calibration images."""
        assert self._test is not None
        found = load_images(
            self._test, self._network, model=self._model, preprocess=self._preprocess, part="test"
        )
        check_apart(self.calibration, found)
        return found


def _holds_both(path: Path) -> bool:
    if path.suffix != ".npz" or not path.is_file():
        return False
    with open_npz(path, "data", DataError) as archive:
        return all(name in archive for name in _PARTS)


def _check_other(data: Path, test: Path) -> None:
    """Refuse the same file, or a copy of it, before the long work."""
    if not test.exists():
        raise DataError(f"test {test} must be a file or folder that exists")
    if data.is_file() and test.is_file() and _same(data, test):
        raise DataError(
            f"test {test} must hold other images than those of the search, not the same file"
        )


def _same(one: PathLike, other: PathLike) -> bool:
    first, second = Path(one), Path(other)
    if first.samefile(second):
        return True
    if first.stat().st_size != second.stat().st_size or not (first.is_file() and second.is_file()):
        return False
    return _digest(first) == _digest(second)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
