"""Damaged files are one line, whatever was damaged."""

import re
import struct

import numpy as np
import pytest

from hwgen.errors import ModelError
from hwgen.network.tflite import load
from hwgen.network.tflite.verify import Damaged, verify
from tests.network.tflite.test_import import small_model


def field_list(data, table):
    return table - struct.unpack_from("<i", data, table)[0]


def root(data):
    return struct.unpack_from("<I", data, 0)[0]


def patched(at, kind, value):
    """The small model with a number replaced; ``at`` finds its place."""
    data = bytearray(small_model().bytes())
    struct.pack_into("<" + kind, data, at(data), value)
    return bytes(data)


def test_an_intact_model_passes():
    verify(small_model().bytes())


@pytest.mark.parametrize(
    ("at", "kind", "value", "message"),
    [
        (lambda _: 0, "I", 1 << 31, "a table Model lies outside the file, at byte 2147483648 of"),
        (root, "i", 1 << 30, "the field list of a table Model lies outside the file, at byte -"),
        (root, "i", -(1 << 30), "the field list of a table Model lies outside the file, at byte 1"),
        (
            lambda data: field_list(data, root(data)),
            "H",
            0xFFFE,
            "the field list of a table Model ends outside the file, at byte ",
        ),
        (
            lambda data: field_list(data, root(data)) + 2,
            "H",
            0xFFFF,
            "a table Model ends outside the file, at byte ",
        ),
        (
            lambda data: field_list(data, root(data)),
            "H",
            5,
            "the field list of a table Model has 5 bytes, for ",
        ),
        (
            lambda data: field_list(data, root(data)) + 4,
            "H",
            2,
            "field 0 of a table Model lies outside it, at 2",
        ),
    ],
)
def test_offsets_out_of_the_file_are_found(at, kind, value, message):
    with pytest.raises(Damaged, match=rf"^{re.escape(message)}"):
        verify(patched(at, kind, value))


def test_a_vector_longer_than_the_file_is_found():
    data = bytearray(small_model().bytes())
    fields = field_list(data, root(data))
    entry = root(data) + struct.unpack_from("<H", data, fields + 4 + 2 * 2)[0]
    vector = entry + struct.unpack_from("<I", data, entry)[0]  # the subgraphs
    struct.pack_into("<I", data, vector, 1 << 28)
    with pytest.raises(Damaged, match=r"^field 2 of a table Model ends outside the file, at byte "):
        verify(bytes(data))


def test_a_table_named_too_often_is_found(monkeypatch):
    monkeypatch.setattr("hwgen.network.tflite.verify._MAX_TABLES", 10)
    with pytest.raises(Damaged, match=r"^it must hold at most 10 tables, not more$"):
        verify(small_model().bytes())


def test_every_truncation_is_refused(tmp_path):
    data, path = small_model().bytes(), tmp_path / "m.tflite"
    for size in range(0, len(data) - 16, 7):
        path.write_bytes(data[:size])
        with pytest.raises(ModelError, match=rf"^model {re.escape(str(path))} [ -~]+$"):
            load(path)


def test_any_changed_byte_is_refused_or_read(tmp_path):
    """One line or a network, and nothing else, whatever a byte of the file becomes."""
    data, path = small_model().bytes(), tmp_path / "m.tflite"
    read, lines = 0, []
    for place, value in enumerate(np.random.default_rng(0).integers(0, 256, len(data))):
        changed = bytearray(data)
        changed[place] = value
        path.write_bytes(changed)
        try:
            read += bool(load(path).layers)
        except ModelError as error:
            lines.append(str(error))
    assert read
    assert all(line.isprintable() for line in lines)
    assert read + len(lines) == len(data)
