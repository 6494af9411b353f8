"""Reading files that a user named, which may be anything: refused in one line, never waited for."""

import stat
from pathlib import Path

from hwgen.errors import HwgenError

__all__ = ["check_file", "read_bytes", "read_text"]


def check_file(path: Path, subject: str, error: type[HwgenError]) -> None:
    """Refuse what is no regular file: a pipe would make us wait, and a device does not end.

    Parameters
    ----------
    path : Path
    subject : str
        What the file is in an error's line, such as ``model``.
    error : type
        Raised where the file is missing or is something else.
    """
    try:
        mode = path.stat().st_mode
    except OSError as reason:
        raise error(f"{subject} {path} cannot be read: {reason.strerror or reason}") from reason
    if stat.S_ISDIR(mode):
        raise error(f"{subject} {path} must be a file, not a folder")
    if not stat.S_ISREG(mode):
        raise error(f"{subject} {path} must be a regular file, not a pipe or a device")


def read_bytes(path: Path, subject: str, error: type[HwgenError]) -> bytes:
    """All of a file; parameters as of :func:`check_file`."""
    check_file(path, subject, error)
    try:
        return path.read_bytes()
    except OSError as reason:
        raise error(f"{subject} {path} cannot be read: {reason.strerror or reason}") from reason


def read_text(path: Path, subject: str, error: type[HwgenError], encoding: str = "utf-8") -> str:
    """The text of a file, line ends as they are; parameters as of :func:`check_file`."""
    try:
        return read_bytes(path, subject, error).decode(encoding)
    except UnicodeDecodeError as reason:
        raise error(
            f"{subject} {path} must be UTF-8 text, but its byte {reason.start} is not"
        ) from reason
