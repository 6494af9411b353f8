"""The embedded network: a small residual network for 8x8 handwritten digits, and its images."""

from contextlib import ExitStack
from importlib import resources
from pathlib import Path

__all__ = ["data_path", "model_path"]

_files = ExitStack()  # keeps a file that was unpacked from a zipped package until the end


def model_path() -> Path:
    """Path of the int8 QDQ ONNX model."""
    return _path("digits.onnx")


def data_path() -> Path:
    """Path of the ``.npz`` with calibration and test images."""
    return _path("digits.npz")


def _path(name: str) -> Path:
    return _files.enter_context(resources.as_file(resources.files(__name__) / name))
