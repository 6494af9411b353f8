"""Opening compiled kernels: plain shared objects, by ctypes."""

import ctypes
from importlib.util import find_spec
from pathlib import Path

__all__ = ["open_library"]


def open_library(module: str, symbol: str) -> ctypes.CDLL | None:
    """The shared object that setuptools built as ``module``; None where it cannot be used.

    It is missing where no compiler was, and of no use on another machine, without ``symbol``
    (of another version), or older than a source beside it: then its structures may differ from
    what the callers fill in.
    """
    spec = find_spec(module)  # never imported, for it is no module
    if spec is None or spec.origin is None or _is_stale(Path(spec.origin)):
        return None
    try:
        library = ctypes.CDLL(spec.origin)
        getattr(library, symbol)
    except (OSError, AttributeError):
        return None
    return library


def _is_stale(built: Path) -> bool:
    sources = [x for end in ("c", "h") for x in built.parent.rglob(f"*.{end}")]
    made = built.stat().st_mtime if built.exists() else 0.0
    return any(source.stat().st_mtime > made for source in sources)
