"""Networks of any format that is imported."""

from pathlib import Path

from hwgen.network import onnx, tflite
from hwgen.network.graph import Network
from hwgen.network.tflite.file import IDENTIFIER

__all__ = ["load"]


def load(path: str | Path) -> Network:
    """The integer network of an ONNX or TFLite file, whatever its name.

    Raises :exc:`ModelError`.
    """
    return tflite.load(path) if _is_tflite(Path(path)) else onnx.load(path)


def _is_tflite(path: Path) -> bool:
    if path.is_file():  # opening a pipe would wait
        try:
            with path.open("rb") as file:
                return file.read(8)[4:] == IDENTIFIER or path.suffix == ".tflite"
        except OSError:
            pass  # the importer says what is wrong
    return path.suffix == ".tflite"
