"""Results that took long to compute, kept in the user's cache folder by a digest of all inputs.

The folder is ``$XDG_CACHE_HOME/hwgen`` or ``~/.cache/hwgen``; it may be deleted at any time.
"""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hwgen.flow.data import data_path

__all__ = ["code_digest", "digest_of", "recall", "remember"]


@cache
def code_digest() -> str:
    """Of what results depend on besides their inputs: this package and the scripts."""
    files = [*Path(__file__).parent.glob("*.py"), data_path("flows/asic/synth.ys")]
    files.append(data_path("flows/asic/map.abc"))
    return digest_of(sorted(path.read_text(encoding="utf-8") for path in files))


def digest_of(parts: Sequence[str]) -> str:
    """SHA-256 of a list of texts, in hexadecimal."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def recall(key: str) -> str | None:
    """Text kept under a key; None when there is none, or it cannot be read."""
    try:
        return _path(key).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def remember(key: str, text: str) -> bool:
    """Keep a text under a key; False where the cache cannot be written."""
    path = _path(key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(temporary).replace(path)
    except OSError:
        return False
    return True


def _path(key: str) -> Path:
    return _root() / "hwgen" / "cost" / f"{key}.json"


def _root() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
