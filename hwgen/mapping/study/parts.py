"""What a search is about, as bytes and arrays: enough to build its problem anywhere."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import given
from hwgen.mapping.energy import Energies
from hwgen.mapping.problem import Problem
from hwgen.network.graph import Network
from hwgen.network.load import load as load_network
from hwgen.network.tflite.file import IDENTIFIER
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.accelerator_file import parse_spec

__all__ = ["Parts", "digest_of", "model_name"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """All that a :class:`~hwgen.mapping.problem.Problem` is built from; it can be pickled.

    Parameters
    ----------
    model : bytes
        Contents of the ONNX or TFLite file.
    spec : str
        Text of the accelerator's file.
    netlists : mapping of str to bytes
        Of multipliers that are not of the catalogue, see :mod:`hwgen.arith.catalogue.given`.
    images : uint8[N, H, W, C]
        Calibration images of the search, as codes.
    labels : int64[N]
    multipliers : tuple of str
    energies : Energies
    """

    model: bytes
    spec: str
    netlists: AbstractMapping[str, bytes]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    multipliers: tuple[str, ...]
    energies: Energies

    @cached_property
    def network(self) -> Network:
        """The network that is mapped."""
        with _as_file(self.model, model_name(self.model)) as path:
            return load_network(path)

    @property
    def accelerator(self) -> AcceleratorSpec:
        """The hardware form."""
        given.add_files(self.netlists)  # before their names are read
        return parse_spec(self.spec, "study's spec")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything."""
        tables = [x for _, x in sorted(self.energies.tables.items())]
        names = json.dumps([*self.multipliers, *sorted(self.energies.tables)])
        netlists = [x for _, x in sorted(self.netlists.items())]
        return digest_of(self.model, self.spec, self.images, self.labels, names, *netlists, *tables)

    def on(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> "Parts":
        """The same for other images."""
        return replace(self, images=images, labels=labels)

    def problem(self, threads: int | None = None) -> Problem:
        """What strategies search; ``threads`` of emulation, default: one per core."""
        spec = self.accelerator
        return Problem(
            self.network,
            self.images,
            self.labels,
            self.multipliers,
            self.energies,
            spec,
            threads=threads,
        )


def digest_of(*parts: bytes | str | NDArray[np.generic]) -> str:
    """SHA-256 of texts, bytes and arrays, each with its size or shape."""
    found = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            head, body = f"{part.dtype.str}{part.shape}", np.ascontiguousarray(part).tobytes()
        else:
            body = part.encode() if isinstance(part, str) else part
            head = f"{len(body)}"
        found.update(json.dumps(head).encode() + body)
    return found.hexdigest()


def model_name(content: bytes) -> str:
    """A file's name for a model, by its format."""
    return f"model.{'tflite' if content[4:8] == IDENTIFIER else 'onnx'}"


@contextmanager
def _as_file(content: bytes, name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path
