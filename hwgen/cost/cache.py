"""Results that took long to compute, kept in the user's cache folder by a digest of all inputs.

The folder is ``$XDG_CACHE_HOME/hwgen`` or ``~/.cache/hwgen``; it may be deleted at any time.
"""

import os
import tempfile
from pathlib import Path

__all__ = ["recall", "remember"]


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
