"""Which format a path holds, by its content: never by a guess."""

import stat
from collections.abc import Callable
from pathlib import Path

from hwgen.errors import DataError
from hwgen.network.data import cifar, folder, idx
from hwgen.network.data.archive import read_archive
from hwgen.network.data.raw import Part, Raw

__all__ = ["read"]

_FORMATS = "an .npz file, a batch of CIFAR-10, images of MNIST or a folder with labels.csv"


def read(path: Path, part: Part) -> Raw:
    """One split of the data at ``path``, unchanged.

    ======================================  ===================================================
    path                                    what it holds
    ======================================  ===================================================
    .npz                                    ``images`` or ``features_int8`` and ``labels``; or
                                            ``calibration_images``, ``test_images`` in codes ...
    data_batch_1, test_batch                batch of CIFAR-10 for Python
    data_batch_1.bin, test_batch.bin        binary batch of CIFAR-10
    t10k-images-idx3-ubyte, plain or .gz    MNIST's images, with the labels beside them
    folder of such batches or images        the training files are for calibration
    folder with labels.csv                  PNG and JPEG images
    ======================================  ===================================================

    Raises :exc:`DataError`.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _read_folder(path, part)
        if stat.S_ISREG(mode):  # opening a pipe would wait
            return _read_file(path, part)
    except OSError as error:
        place = Path(error.filename) if isinstance(error.filename, str) else path
        raise DataError(f"data {place} cannot be read: {error.strerror or error}") from error
    raise DataError(f"data {path} must be {_FORMATS}")


def _read_file(path: Path, part: Part) -> Raw:
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] == b"PK" or path.suffix == ".npz":
        return read_archive(path, part)
    if idx.is_idx(path, start):
        return idx.read(path)
    if path.suffix == ".bin":
        return cifar.read_binary([path])
    if start[:1] == b"\x80":  # a pickle of protocol 2 or later
        return cifar.read_pickled([path])
    raise DataError(f"data {path} must be {_FORMATS}")


def _read_folder(path: Path, part: Part) -> Raw:
    if (path / folder.LABELS).is_file():
        return folder.read(path)
    readers: list[tuple[Callable[[list[Path]], Raw], list[Path]]] = [
        (cifar.read_pickled, cifar.batches(path, part, "")),
        (cifar.read_binary, cifar.batches(path, part, ".bin")),
        (lambda paths: idx.read(paths[0]), idx.images(path, part)),
    ]
    found = [(reader, paths) for reader, paths in readers if paths]
    if len(found) > 1:
        names = " and ".join(paths[0].name for _, paths in found)
        raise DataError(f"data {path} must hold one data set, not both {names}: name the file")
    if not found:
        raise DataError(f"data {path} must be {_FORMATS}; it holds no {part} images")
    reader, paths = found[0]
    return reader(paths)
