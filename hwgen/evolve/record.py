"""The record of an evolution: a folder with one SQLite file, which survives a kill at any time."""

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hwgen.errors import OutputError, SpecError
from hwgen.evolve.island import Island
from hwgen.kernels.evolution.task import State
from hwgen.output import MANIFEST, folder_kind

__all__ = ["Record"]

KIND = "evolution"
FILE = "evolution.sqlite"
_COUNTS = ("cost", "evaluations", "neutral", "feasible", "accepted")
_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);  -- values are JSON
CREATE TABLE islands (
    number INTEGER PRIMARY KEY, random TEXT, genes BLOB, counts TEXT,  -- JSON
    best BLOB, figure REAL, stale INTEGER
);
CREATE TABLE rounds (number INTEGER PRIMARY KEY, seconds REAL, figure REAL);
"""


@dataclass(frozen=True)
class Record:
    """A run's folder; every round is one transaction.

    Parameters
    ----------
    folder : Path
    """

    folder: Path

    @classmethod
    def open(cls, path: str | os.PathLike[str], facts: Mapping[str, Any]) -> "Record":
        """The record of a run with these facts: a new one, or that of an earlier start.

        Raises
        ------
        OutputError
            The place holds something else, or a run with other facts.
        """
        folder = Path(os.path.realpath(path))
        if not folder.parent.is_dir():
            raise OutputError(f"output {path} must lie in a folder that exists")
        record = cls(folder)
        if folder.is_dir() and folder_kind(folder) == KIND:
            record._check(path, facts)
            return record
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise OutputError(
                f"output {path} must be new, empty or an {KIND} made by hwgen, "
                f"but it is something else"
            )
        record._create(facts)
        return record

    def _create(self, facts: Mapping[str, Any]) -> None:
        hidden = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.", dir=self.folder.parent))
        try:
            with closing(sqlite3.connect(hidden / FILE)) as database, database:
                database.executescript(_SCHEMA)
                rows = ((name, json.dumps(value)) for name, value in facts.items())
                database.executemany("INSERT INTO facts VALUES (?, ?)", rows)
            (hidden / MANIFEST).write_text(json.dumps({"hwgen": KIND}) + "\n", encoding="utf-8")
            hidden.chmod(0o777 & ~_umask())
            hidden.rename(self.folder)  # onto an empty folder, if any
        except BaseException:
            shutil.rmtree(hidden)
            raise

    def _check(self, path: object, facts: Mapping[str, Any]) -> None:
        if not (self.folder / FILE).is_file():
            raise OutputError(f"output {path} is an {KIND} whose {FILE} is missing")
        try:
            with closing(self._connect()) as database:
                found = {x: json.loads(y) for x, y in database.execute("SELECT * FROM facts")}
        except (sqlite3.DatabaseError, ValueError) as error:
            raise OutputError(f"output {path} holds a damaged {KIND}: {error}") from error
        for name, value in facts.items():
            if found.get(name) != json.loads(json.dumps(value)):
                raise OutputError(
                    f"output {path} holds an {KIND} of another {name}: "
                    f"{found.get(name)!r}, not {value!r}"
                )

    def _connect(self) -> sqlite3.Connection:
        place = f"{(self.folder / FILE).as_uri()}?mode=rw"  # never makes an empty one
        return sqlite3.connect(place, timeout=60, uri=True)

    def islands(self, count: int, genes: int) -> list[Island]:
        """The islands after the last complete round; none before the first.

        Parameters
        ----------
        count : int
            Islands of the run.
        genes : int
            Length of a genome of the run.

        Raises
        ------
        OutputError
            They are not as :meth:`write` left them.
        """
        try:
            with closing(self._connect()) as database:
                rows = database.execute("SELECT * FROM islands ORDER BY number").fetchall()
                has_begun = database.execute("SELECT * FROM rounds").fetchone() is not None
            found = [_island(*row[1:]) for row in rows]
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            raise self._damaged(str(error)) from error
        if len(found) != (count if has_begun else 0):
            raise self._damaged(f"{len(found)} of {count} populations")
        genomes = [y for x in found for y in (x.state.genes, x.best) if y is not None]
        if any(len(x) != genes for x in genomes):
            raise self._damaged("a circuit of another size")
        return found

    def rounds(self) -> tuple[int, float]:
        """Number of complete rounds, and the seconds that they took together."""
        try:
            with closing(self._connect()) as database:
                query = "SELECT COUNT(*), COALESCE(SUM(seconds), 0) FROM rounds WHERE number > 0"
                count, seconds = database.execute(query).fetchone()
        except sqlite3.DatabaseError as error:
            raise self._damaged(str(error)) from error
        return int(count), float(seconds)

    def _damaged(self, why: str) -> OutputError:
        return OutputError(f"output {self.folder} holds a damaged {KIND}: {why}")

    def write(self, number: int, seconds: float, islands: Sequence[Island]) -> None:
        """Add a round; the islands take the place of those before it."""
        rows = [(k, *_row(island)) for k, island in enumerate(islands)]
        best = min(island.figure for island in islands)
        try:
            with closing(self._connect()) as database, database:
                database.execute("INSERT INTO rounds VALUES (?, ?, ?)", (number, seconds, best))
                database.executemany(
                    "INSERT OR REPLACE INTO islands VALUES (?, ?, ?, ?, ?, ?, ?)", rows
                )
        except sqlite3.IntegrityError as error:
            raise SpecError(
                f"output {self.folder} must be written by one hwgen at a time, "
                f"but another one added round {number}"
            ) from error
        except sqlite3.DatabaseError as error:  # a full disk, above all
            raise OutputError(f"output {self.folder} cannot be written: {error}") from error


def _row(island: Island) -> tuple[Any, ...]:
    state = island.state
    best = None if island.best is None else island.best.astype("<i4").tobytes()
    return (
        str(state.random),
        state.genes.astype("<i4").tobytes(),
        json.dumps({name: getattr(state, name) for name in _COUNTS}),
        best,
        island.figure,
        island.stale,
    )


def _island(
    random: str, genes: bytes, counts: str, best: bytes | None, figure: float, stale: int
) -> Island:
    def array(raw: bytes) -> np.ndarray:
        return np.frombuffer(raw, "<i4").astype(np.int32)

    state = State(random=int(random), genes=array(genes), **json.loads(counts))
    return Island(
        state=state, best=None if best is None else array(best), figure=figure, stale=stale
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
