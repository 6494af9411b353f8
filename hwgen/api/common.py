"""What several steps share."""

import os
from typing import TypeAlias

from hwgen.build import Build
from hwgen.cost.technology import Technology

__all__ = ["PathLike", "build_of", "technology_of"]

PathLike: TypeAlias = str | os.PathLike[str]


def build_of(folder: Build | PathLike) -> Build:
    """A build, opened where it is not."""
    return folder if isinstance(folder, Build) else Build.open(folder)


def technology_of(path: PathLike | None) -> Technology:
    """The technology of a Liberty file; the generic one by default."""
    return Technology.load(None if path is None else os.fspath(path))
