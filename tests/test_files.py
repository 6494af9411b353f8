"""Files that a user named are read only where they are files."""

import os
from pathlib import Path

import pytest

from hwgen.arith.netlist.source import read_source
from hwgen.errors import DataError, HwgenError
from hwgen.figures.rows import read_rows
from hwgen.files import check_file, read_text
from hwgen.network.data import folder, preprocessing_of
from hwgen.network.load import load
from hwgen.npz import open_npz
from hwgen.spec.mapping import Mapping


def folder_of(path):
    """A folder of images whose only image is ``path``."""
    (path.parent / "labels.csv").write_text(f"{path.name},3\n")
    return folder.read(path.parent)


def archive(path):
    with open_npz(path, "data", DataError):
        raise AssertionError(f"{path} was opened")


READERS = {
    "model.onnx": load,
    "model.tflite": load,
    "mapping.json": Mapping.read,
    "model.toml": lambda path: preprocessing_of(path.with_suffix(".onnx")),
    "image.png": folder_of,
    "images.npz": archive,
    "figures.csv": read_rows,
    "gates.v": lambda path: read_source(path, "netlist"),
}


@pytest.mark.parametrize("name", READERS)
def test_a_pipe_or_a_folder_is_refused_by_its_name(tmp_path, name):
    path = tmp_path / name
    for make, rule in (
        (os.mkfifo, "must be a regular file, not a pipe or a device"),
        (os.mkdir, "must be a file, not a folder"),
    ):
        make(path)
        with pytest.raises(HwgenError, match=rf"^[a-z]+ {path} {rule}$"):
            READERS[name](path)
        (Path.rmdir if path.is_dir() else Path.unlink)(path)


def test_an_endless_device_is_refused():
    with pytest.raises(DataError, match=r"^data /dev/zero must be a regular file, not a pipe "):
        check_file(Path("/dev/zero"), "data", DataError)


def test_text_of_another_encoding_is_refused(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("für".encode("latin-1"))
    with pytest.raises(DataError, match=rf"^data {path} must be UTF-8 text, but its byte 1 is not"):
        read_text(path, "data", DataError)
