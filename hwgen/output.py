"""Writing results: complete under their name, or not there at all.

Everything is written into a hidden folder beside its target and renamed at the end. A
failure, an interrupt or a termination removes it and leaves earlier results untouched.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hwgen.errors import OutputError
from hwgen.interruption import unwinding_on_signals

__all__ = ["MANIFEST", "folder_kind", "replacing_file", "replacing_folder"]

MANIFEST = "manifest.json"  # marks a folder as ours: {"hwgen": kind, ...}


@contextmanager
def replacing_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path to write to; it becomes ``path`` when the block succeeds.

    A symbolic link stays, what it points to is replaced. Files that the writer leaves
    beside the temporary one (a database's journal) vanish.
    """
    target = _resolved(path)
    if target.exists() and not target.is_file():
        raise OutputError(f"output {path} must be a regular file, but it is something else")
    with _working_place(target, path) as place:
        yield place
        place.replace(target)


@contextmanager
def replacing_folder(path: str | os.PathLike[str], kind: str) -> Iterator[Path]:
    """Give an empty temporary folder; it becomes ``path`` when the block succeeds.

    An existing folder is replaced only when it is empty or its ``manifest.json`` says
    ``"hwgen": kind``. The block may write that manifest; otherwise a minimal one is made.

    Parameters
    ----------
    path : path
        Folder to make or to replace. A symbolic link stays, its target is replaced.
    kind : str
        What the folder holds, such as ``build`` or ``demo``.
    """
    target = _resolved(path)
    _check_ours(target, path, kind)
    with _working_place(target, path) as place:
        place.mkdir()
        yield place
        manifest = place / MANIFEST
        if not manifest.exists():
            manifest.write_text(json.dumps({"hwgen": kind}) + "\n", encoding="utf-8")
        assert folder_kind(place) == kind, f"{MANIFEST} must say hwgen: {kind}"
        _check_ours(target, path, kind)  # it may have appeared meanwhile
        _exchange(place, target)


def folder_kind(path: Path) -> str | None:
    """What the folder's manifest says it holds; None when the folder is not ours."""
    if not (path / MANIFEST).is_file():  # reading a pipe would wait
        return None
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    kind = manifest.get("hwgen") if isinstance(manifest, dict) else None
    return kind if isinstance(kind, str) else None


def _resolved(path: str | os.PathLike[str]) -> Path:
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise OutputError(f"output {path} must lie in a folder that exists, not {target.parent}")
    return target


def _check_ours(target: Path, path: str | os.PathLike[str], kind: str) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"output {path} must be a folder, but it is a file")
    found = folder_kind(target)
    if found is None and any(target.iterdir()):
        raise OutputError(
            f"output folder {path} must be new, empty or a {kind} made by hwgen, "
            f"but it holds other files"
        )
    if found not in (None, kind):
        raise OutputError(
            f"output folder {path} must be new, empty or a {kind} made by hwgen, "
            f"but it is a {found}"
        )


@contextmanager
def _working_place(target: Path, path: str | os.PathLike[str]) -> Iterator[Path]:
    with unwinding_on_signals():
        try:
            hidden = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        except OSError as error:
            raise OutputError(f"output {path} cannot be written: {error.strerror}") from error
        earlier = hidden / "earlier"
        try:
            (hidden / "new").mkdir()
            yield hidden / "new" / target.name
        finally:
            if earlier.exists() and not target.exists():  # stopped between the two renames
                earlier.rename(target)
            shutil.rmtree(hidden)


def _exchange(place: Path, target: Path) -> None:
    if target.exists():
        target.rename(place.parents[1] / "earlier")
    place.rename(target)
