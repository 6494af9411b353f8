"""Reading text that may be anything: of a bounded length, or refused."""

from pathlib import Path

from hwgen.errors import SpecError
from hwgen.files import check_file

__all__ = ["LARGEST", "read_source"]

LARGEST = 1 << 20  # bytes; thirty thousand gates fit


def read_source(path: Path, subject: str) -> str:
    """Text of a source file of at most :data:`LARGEST` bytes.

    Devices and pipes, which may go on or wait for ever, are not opened. Letters of comments may
    be in any encoding: those that are not UTF-8 are replaced.

    Parameters
    ----------
    path : Path
    subject : str
        What the text is, for the refusals.

    Raises
    ------
    SpecError
        The file cannot be read, is no regular file, is too long or holds a NUL character.
    """
    check_file(path, subject, SpecError)
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise SpecError(f"{subject} {path} cannot be read: {error.strerror}") from error
    if 0 in content:
        at = content.index(0)
        raise SpecError(f"{subject} {path} must be text, but holds a NUL as byte {at}")
    if len(content) > LARGEST:
        raise SpecError(f"{subject} {path} must be at most {LARGEST} bytes, but is longer")
    return content.decode("utf-8", errors="replace")
