"""Reading CIFAR-10's pickled batches without letting a pickle do anything else."""

import io
import pickle
import pickletools
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import DataError

__all__ = ["load_batch"]

_MAKERS = {  # what NumPy's arrays are pickled with, of any version
    *(("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct")),
    *(("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode")),
}
_DAMAGE = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    OverflowError,
    RecursionError,
    TypeError,
    UnicodeError,
    ValueError,
    pickle.UnpicklingError,
)


def load_batch(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """``data`` (uint8[N, K]) and ``labels`` (uint8[N]) of a batch.

    The pickle may hold dictionaries, lists, numbers, texts and arrays of bytes; whatever else
    it names is refused, and no code of it or of NumPy runs while it is read.
    """
    content = path.read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what damaged texts look like
            _check_memo(content)
            batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
        named = {x.decode() if isinstance(x, bytes) else x: y for x, y in batch.items()}
        return named["data"].bytes(), _labels(named["labels"])
    except _DAMAGE as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"data {path} is no CIFAR-10 batch, or is damaged: {said}") from error


def _check_memo(content: bytes) -> None:
    """Refuse places of pickle's memo that it would make room for, however far away they are."""
    for operation, argument, _ in pickletools.genops(content):
        if "PUT" in operation.name and (argument or 0) > len(content):
            raise ValueError(f"memo entry {argument}")


def _labels(labels: Any) -> NDArray[np.uint8]:
    if not isinstance(labels, list) or not all(type(x) is int for x in labels):
        raise TypeError("labels are no list of integers")
    if not all(0 <= x < 256 for x in labels):
        raise ValueError("labels are no bytes")
    return np.array(labels, dtype=np.uint8)


class _Array:
    """Stands for an array until its state is known to be harmless."""

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def bytes(self) -> NDArray[np.uint8]:
        _, shape, kind, is_fortran, content = self.state
        if kind.code != "u1" or not isinstance(content, bytes):
            raise TypeError("data are no bytes")
        if type(is_fortran) not in (bool, int) or not all(type(x) is int for x in shape):
            raise TypeError("data have no shape")
        return np.frombuffer(content, np.uint8).reshape(shape, order="F" if is_fortran else "C")


class _Kind:
    """Stands for an array's type of numbers."""

    def __init__(self, code: Any, *_: Any) -> None:
        self.code = code.decode() if isinstance(code, bytes) else code

    def __setstate__(self, state: Any) -> None:
        """Byte order and the like, which bytes do not have."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _MAKERS:
            raise pickle.UnpicklingError(f"it holds {module}.{name}")
        if name == "encode":
            return lambda text, encoding: text.encode("latin1")  # bytes, as Python 3 writes them
        return {"_reconstruct": lambda *_: _Array(), "ndarray": None, "dtype": _Kind}[name]
