"""Opening NumPy's archives, which may be anything that a user named."""

import contextlib
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import HwgenError
from hwgen.files import check_file

__all__ = ["listed", "open_npz"]

_DAMAGE = (
    EOFError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    ValueError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


@contextlib.contextmanager
def open_npz(
    path: Path, subject: str, error: type[HwgenError]
) -> Iterator[Mapping[str, NDArray[Any]]]:
    """The arrays of an ``.npz`` file, each read when it is asked for.

    Parameters
    ----------
    path : Path
    subject : str
        What the file is in an error's line, such as ``data``.
    error : type
        Raised where the file is missing, is something else or is damaged.
    """
    check_file(path, subject, error)
    try:
        if not zipfile.is_zipfile(path):
            raise error(f"{subject} {path} is not an .npz file, or is truncated")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            yield archive
    except HwgenError:
        raise
    except OSError as reason:
        raise error(f"{subject} {path} cannot be read: {reason.strerror or reason}") from reason
    except _DAMAGE as reason:
        said = " ".join(str(reason).split()) or type(reason).__name__
        raise error(f"{subject} {path} is damaged: {said}") from reason


def listed(archive: Mapping[str, NDArray[Any]]) -> str:
    """Names of an archive's arrays, fit for an error's line."""
    return ", ".join(x if x.isprintable() else repr(x) for x in archive) or "none"
