"""Operands that a multiplier sees, one after the other."""

import hashlib
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

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
