"""Checking a flatbuffer before anything is read from it.

The generated readers of the ``tflite`` package trust every offset; a damaged one would make them
read something else, or fail anywhere. As flatbuffers' own verifier does, this walks all tables
that hwgen reads and checks that each offset, table and vector lies within the file.
"""

import struct

from hwgen.network.tflite.schema import OPTIONS, TABLES, Field, Options, Table, Tables, Vector

__all__ = ["Damaged", "verify"]

_MAX_TABLES = 1 << 17  # a model has some hundreds; keeps the time for a damaged file short


class Damaged(Exception):
    """The buffer breaks a rule of flatbuffers; the text says where."""


def verify(data: bytes) -> None:
    """Check every offset that reading ``data`` as a TFLite model follows, or raise `Damaged`."""
    walk = _Walk(data)
    walk.table(walk.number(0, "I", "the root offset"), "Model")


class _Walk:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.tables = 0

    def number(self, at: int, kind: str, what: str) -> int:
        if not 0 <= at <= len(self.data) - struct.calcsize("<" + kind):
            raise Damaged(f"{what} lies outside the file, at byte {at} of {len(self.data)}")
        return int(struct.unpack_from("<" + kind, self.data, at)[0])

    def table(self, at: int, name: str) -> None:
        self.tables += 1
        if self.tables > _MAX_TABLES:
            raise Damaged(f"it must hold at most {_MAX_TABLES} tables, not more")
        fields = at - self.number(at, "i", f"a table {name}")
        count = self.number(fields, "H", f"the field list of a table {name}")
        size = self.number(fields + 2, "H", f"the field list of a table {name}")
        self._within(fields, count, f"the field list of a table {name}")
        self._within(at, size, f"a table {name}")
        if count < 4 or count % 2 or size < 4:
            raise Damaged(f"the field list of a table {name} has {count} bytes, for {size}")
        kind = 0
        for index, field in enumerate(TABLES[name][: count // 2 - 2]):
            offset = self.number(fields + 4 + 2 * index, "H", name)
            if field is None or offset == 0:
                kind = 0
                continue
            width = field if isinstance(field, int) else 4
            if not 4 <= offset <= size - width:
                raise Damaged(f"field {index} of a table {name} lies outside it, at {offset}")
            self._field(field, at + offset, f"field {index} of a table {name}", kind)
            kind = self.data[at + offset] if field == 1 else 0

    def _field(self, field: Field, at: int, what: str, kind: int) -> None:
        match field:
            case Vector(size):
                self._vector(at, size, what)
            case Table(name):
                self.table(self._target(at, what), name)
            case Tables(name):
                for entry in self._vector(at, 4, what):
                    self.table(self._target(entry, what), name)
            case Options() if kind in OPTIONS:
                self.table(self._target(at, what), OPTIONS[kind])

    def _target(self, at: int, what: str) -> int:
        return at + self.number(at, "I", what)

    def _vector(self, at: int, size: int, what: str) -> range:
        """Where the elements of the vector that ``at`` points to lie."""
        start = self._target(at, what)
        count = self.number(start, "I", what)
        self._within(start + 4, count * size, what)
        return range(start + 4, start + 4 + count * size, size)

    def _within(self, at: int, size: int, what: str) -> None:
        if at < 0 or at + size > len(self.data):
            raise Damaged(f"{what} ends outside the file, at byte {at + size} of {len(self.data)}")
