"""Tensors kept for the next mapping, within a budget."""

from collections import OrderedDict
from threading import Lock

import numpy as np
from numpy.typing import NDArray

__all__ = ["Store"]


class Store:
    """Tensors by the digest of everything that they depend on; the least recently used go first.

    May be used by several threads.

    Parameters
    ----------
    memory : int
        Bytes that all tensors together may take.
    """

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self._tensors: OrderedDict[bytes, NDArray[np.uint8]] = OrderedDict()
        self._used = 0
        self._lock = Lock()

    def get(self, digest: bytes) -> NDArray[np.uint8] | None:
        """The tensor, or None where it is not kept."""
        with self._lock:
            if digest not in self._tensors:
                return None
            self._tensors.move_to_end(digest)
            return self._tensors[digest]

    def put(self, digest: bytes, tensor: NDArray[np.uint8]) -> None:
        """Keep a tensor, unless it is larger than the budget; nobody may change it any more."""
        if tensor.nbytes > self.memory:
            return
        tensor.setflags(write=False)
        with self._lock:
            if digest in self._tensors:
                self._tensors.move_to_end(digest)
                return
            self._tensors[digest] = tensor
            self._used += tensor.nbytes
            while self._used > self.memory:
                _, dropped = self._tensors.popitem(last=False)
                self._used -= dropped.nbytes
