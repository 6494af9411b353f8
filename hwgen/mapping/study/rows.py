"""Rows of a study's tables and what they mean; each function works on an open session."""

import io
import json
import os
import platform
import zlib
from collections.abc import Mapping as AbstractMapping
from dataclasses import asdict, astuple
from sqlite3 import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import given
from hwgen.evaluation.statistics import Interval
from hwgen.mapping.design import Question, question_from_json
from hwgen.mapping.drop import Drop
from hwgen.mapping.energy import Energies
from hwgen.mapping.outcome import Energy, Outcome
from hwgen.mapping.study.parts import Parts
from hwgen.mapping.study.point import Point, Tested
from hwgen.mapping.study.record import pack_mapping, pack_outcome, unpack_mapping, unpack_outcome
from hwgen.spec.mapping import Mapping
from hwgen.spec.mapping.rules import Choice

__all__ = [
    "read_answer",
    "read_facts",
    "read_images",
    "read_outcome",
    "read_parts",
    "read_points",
    "read_proposals",
    "write_answer",
    "write_facts",
    "write_images",
    "write_parts",
    "write_point",
    "write_test",
]

CALIBRATION = "calibration.npz"
LARGEST_MEMORY = 1024  # mappings
LAYERS = "layers"  # fact: names in execution order, as energies have them

_MAPPINGS: dict[bytes, Mapping] = {}
"""By what is stored, which names tuned weights by their SHA-256 and so means the same anywhere."""


def write_facts(database: Connection, facts: AbstractMapping[str, Any]) -> None:
    """Facts, in place of earlier ones of the same names."""
    rows = ((name, json.dumps(value)) for name, value in facts.items())
    database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)


def read_facts(database: Connection) -> dict[str, Any]:
    """All facts by name."""
    return {name: json.loads(value) for name, value in database.execute("SELECT * FROM facts")}


def write_parts(database: Connection, parts: Parts) -> None:
    """What the problem is built from."""
    files = {"model": parts.model, "spec": parts.spec.encode(), **parts.netlists}
    database.executemany("INSERT INTO files VALUES (?, ?)", files.items())
    write_images(database, CALIBRATION, parts.images, parts.labels)
    write_facts(database, {LAYERS: parts.energies.layers, "multipliers": parts.multipliers})
    rows = (
        (choice.multiplier, choice.mode, table.astype("<f8").tobytes())
        for choice, table in parts.energies.tables.items()
    )
    database.executemany("INSERT INTO energies VALUES (?, ?, ?)", rows)


def read_parts(database: Connection) -> Parts:
    """The inverse of :func:`write_parts`."""
    files = dict(database.execute("SELECT * FROM files"))
    netlists = {name: x for name, x in files.items() if name.startswith(f"{given.FOLDER}/")}
    given.add_files(netlists)  # before their names are read
    facts = read_facts(database)
    images, labels = read_images(database, CALIBRATION)
    layers = tuple(facts[LAYERS])
    tables = {
        Choice(name, mode): np.frombuffer(content, "<f8").reshape(len(layers), -1)
        for name, mode, content in database.execute("SELECT * FROM energies ORDER BY rowid")
    }
    return Parts(
        model=files["model"],
        spec=files["spec"].decode(),
        netlists=netlists,
        images=images,
        labels=labels,
        multipliers=tuple(facts["multipliers"]),
        energies=Energies(layers, tables),
    )


def write_images(
    database: Connection, name: str, images: NDArray[np.uint8], labels: NDArray[np.int64]
) -> None:
    """Images with their labels, as a file of the study."""
    content = io.BytesIO()
    np.savez_compressed(content, images=images, labels=labels)
    database.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (name, content.getvalue()))


def read_images(database: Connection, name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The inverse of :func:`write_images`; no images where there is no such file."""
    row = database.execute("SELECT bytes FROM files WHERE name = ?", (name,)).fetchone()
    if row is None:
        return np.empty((0, 0, 0, 0), np.uint8), np.empty(0, np.int64)
    with np.load(io.BytesIO(row[0])) as arrays:
        return arrays["images"], arrays["labels"]


def write_answer(database: Connection, question: Question, outcome: Outcome) -> None:
    """An answer; that of another process, if it was faster, stays."""
    mapping = None if outcome.mapping is None else _write_mapping(database, outcome.mapping)
    row = (
        question.key,
        zlib.compress(question.to_json().encode()),
        *pack_outcome(outcome),
        mapping,
        outcome.multiplications,
        outcome.seconds,
        f"{platform.node()} {os.getpid()}",
    )
    database.execute("INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def read_outcome(database: Connection, key: str) -> Outcome | None:
    """The answer to the question of that key."""
    row = database.execute(
        "SELECT figures, margins, mapping, multiplications, seconds FROM answers WHERE key = ?",
        (key,),
    ).fetchone()
    if row is None:
        return None
    figures, margins, mapping, *rest = row
    found = None if mapping is None else _read_mapping(database, mapping)
    return unpack_outcome(figures, margins, found, *rest)


def read_answer(database: Connection, key: str) -> tuple[Question, Outcome] | None:
    """The question of that key, and its answer."""
    outcome = read_outcome(database, key)
    if outcome is None:
        return None
    row = database.execute("SELECT question FROM answers WHERE key = ?", (key,)).fetchone()
    return question_from_json(zlib.decompress(row[0]).decode()), outcome


def read_proposals(database: Connection, run: int) -> list[str]:
    """Keys of what a run asked, in its order."""
    query = "SELECT key FROM proposals WHERE run = ? ORDER BY position"
    return [key for (key,) in database.execute(query, (run,))]


def write_point(database: Connection, point: Point) -> None:
    """A point of a front, not yet tested."""
    figures = {"drop": astuple(point.drop), "energy": asdict(point.energy)}
    mapping = _write_mapping(database, point.mapping)
    row = (point.key, json.dumps(figures), json.dumps(dict(point.layers_pj)), mapping)
    database.execute("INSERT OR IGNORE INTO points VALUES (?, ?, ?, ?, NULL)", row)


def write_test(database: Connection, key: str, test: Tested) -> None:
    """What the test images say of a point."""
    database.execute("UPDATE points SET test = ? WHERE key = ?", (json.dumps(asdict(test)), key))


def read_points(database: Connection) -> dict[str, Point]:
    """All points by key, in the order in which they were found."""
    found = {}
    for key, figures, layers, mapping, test in database.execute(
        "SELECT * FROM points ORDER BY rowid"
    ):
        document = json.loads(figures)
        found[key] = Point(
            key=key,
            mapping=_read_mapping(database, mapping),
            drop=Drop(*document["drop"]),
            energy=Energy(**document["energy"]),
            layers_pj=json.loads(layers),
            test=None if test is None else _tested(json.loads(test)),
        )
    return found


def _tested(fields: dict[str, Any]) -> Tested:
    for name in ("accuracy_interval", "drop_interval"):
        fields[name] = Interval(*fields[name])
    return Tested(**fields)


def _write_mapping(database: Connection, mapping: Mapping) -> bytes:
    packed, weights = pack_mapping(mapping)
    database.executemany("INSERT OR IGNORE INTO weights VALUES (?, ?)", weights.items())
    return packed


def _read_mapping(database: Connection, packed: bytes) -> Mapping:
    """A mapping; fronts are read again and again, so the last ones are kept in memory."""

    def weights_of(digest: str) -> bytes:
        row = database.execute("SELECT bytes FROM weights WHERE digest = ?", (digest,)).fetchone()
        content: bytes = row[0]
        return content

    found = _MAPPINGS.get(packed)
    if found is None:
        found = unpack_mapping(packed, weights_of)
        if len(_MAPPINGS) >= LARGEST_MEMORY:
            _MAPPINGS.clear()
        _MAPPINGS[packed] = found
    return found
