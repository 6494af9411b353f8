"""Operands that a multiplier sees, one after the other."""

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError
from hwgen.npz import listed, open_npz

__all__ = ["Transitions"]


@dataclass(frozen=True, eq=False)
class Transitions:
    """A sample of consecutive products of processing elements.

    Parameters
    ----------
    a_before, w_before : uint8[N], int8[N]
        Activation code and weight code of the product before.
    a, w : uint8[N], int8[N]
        Those of the product itself.
    """

    a_before: NDArray[np.uint8]
    w_before: NDArray[np.int8]
    a: NDArray[np.uint8]
    w: NDArray[np.int8]

    @property
    def digest(self) -> str:
        """SHA-256 of the operands, in hexadecimal."""
        found = hashlib.sha256()
        for field in fields(self):
            found.update(getattr(self, field.name).tobytes())
        return found.hexdigest()

    @classmethod
    def load(cls, path: str | Path) -> "Transitions":
        """The arrays of an ``.npz`` file, named and typed as the parameters are."""
        names = {field.name: np.int8 if field.name[0] == "w" else np.uint8 for field in fields(cls)}
        with open_npz(Path(path), "trace", SpecError) as archive:
            if set(archive) != set(names):
                raise SpecError(
                    f"trace {path} must hold the arrays {', '.join(names)}, not {listed(archive)}"
                )
            arrays = {name: np.asarray(archive[name]) for name in names}
        for name, array in arrays.items():
            if array.dtype != names[name]:
                kind = np.dtype(names[name])
                raise SpecError(f"trace {path} {name} must be {kind}, not {array.dtype}")
            if array.ndim != 1 or not array.size or len(array) != len(arrays["a"]):
                raise SpecError(
                    f"trace {path} {name} must be a list as long as a, and not empty, "
                    f"not of {list(array.shape)}"
                )
        return cls(**arrays)
