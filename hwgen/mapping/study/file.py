"""The file of a study: one SQLite database, which is complete whenever anything is stopped."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hwgen.errors import OutputError, SpecError, StudyError

__all__ = ["VERSION", "StudyFile", "is_study"]

APPLICATION = 0x4877676E  # "Hwgn": marks the SQLite file as a study
VERSION = 3
BUSY_S = 30.0  # another process holds the file for milliseconds only

_SCHEMA = """
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL  -- JSON
);
CREATE TABLE files (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE multipliers (name TEXT PRIMARY KEY, area_um2 REAL, delay_ns REAL);
CREATE TABLE energies (
    multiplier TEXT, mode INTEGER,
    table_pj BLOB NOT NULL,  -- little-endian float64[layers, 256] by raw weight byte
    PRIMARY KEY (multiplier, mode)
);
CREATE TABLE weights (
    digest TEXT PRIMARY KEY,
    bytes BLOB NOT NULL  -- tuned codes of a layer, zlib
);
CREATE TABLE answers (
    key TEXT PRIMARY KEY,  -- of the question
    question BLOB NOT NULL,  -- JSON, zlib
    figures TEXT NOT NULL,  -- JSON: drop, and energy or null for a probe
    margins BLOB NOT NULL,  -- little-endian int16 in half codes, zlib
    mapping BLOB,  -- JSON, zlib, with digests of tuned weights
    multiplications INTEGER, seconds REAL,
    process TEXT  -- that found it
);
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, method TEXT NOT NULL, options TEXT NOT NULL,  -- JSON
    UNIQUE (method, options)
);
CREATE TABLE proposals (run INTEGER, position INTEGER, key TEXT, PRIMARY KEY (run, position));
CREATE TABLE points (
    key TEXT PRIMARY KEY,
    figures TEXT NOT NULL,  -- as of an answer, on all calibration images
    layers TEXT NOT NULL,  -- JSON: energy by layer in pJ
    mapping BLOB NOT NULL,
    test TEXT  -- JSON, null until the test images were read
);
CREATE TABLE fronts (method TEXT, position INTEGER, key TEXT, PRIMARY KEY (method, position));
CREATE TABLE readings (  -- of test images
    number INTEGER PRIMARY KEY, images INTEGER, points INTEGER
)
"""


def is_study(path: Path) -> bool:
    """Whether a file bears the mark of a study, whatever its version and its state."""
    try:
        with path.open("rb") as stream:
            header = stream.read(72)
    except OSError:
        return False
    return header.startswith(b"SQLite format 3\0") and header[68:72] == APPLICATION.to_bytes(4)


class StudyFile:
    """A study's database. Every session is a connection of its own, as short as its work.

    SQLite's rollback journal makes each session all or nothing, whatever stops the process, and
    processes that share a study wait for one another.

    Parameters
    ----------
    path : path
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @property
    def is_new(self) -> bool:
        """Whether nothing has been written yet; another file's content is refused."""
        target = self.path.resolve()
        if not target.parent.is_dir():
            raise OutputError(
                f"output {self.path} must lie in a folder that exists, not {target.parent}"
            )
        if target.exists() and not target.is_file():
            raise OutputError(
                f"output {self.path} must be a regular file, but it is something else"
            )
        if not target.exists() or target.stat().st_size == 0:
            return True  # empty: someone was stopped right after making it
        if not is_study(target):
            raise OutputError(
                f"output {self.path} must be new or a study made by hwgen, but it is another file"
            )
        return False

    @contextmanager
    def creating(self) -> Iterator[sqlite3.Connection | None]:
        """A connection to write first contents with; None where another process was faster."""
        with self._connected("rwc") as database:
            database.execute("BEGIN IMMEDIATE")
            (mark,) = database.execute("PRAGMA application_id").fetchone()
            if mark == APPLICATION:
                yield None
                return
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA application_id = {APPLICATION}")
            database.execute(f"PRAGMA user_version = {VERSION}")
            yield database
            database.commit()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the study. Raises :exc:`StudyError`."""
        if not self.path.is_file():
            raise StudyError(f"study {self.path} must be a file that exists")
        # What an interrupted process left is rolled back by whoever comes next, if it may write.
        mode = "rw" if os.access(self.path, os.W_OK) else "ro"
        with self._connected(mode) as database:
            database.execute("BEGIN")
            self._check(database)
            yield database

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are kept when the block succeeds."""
        with self._connected("rw") as database:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.commit()

    @contextmanager
    def _connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        address = f"{self.path.resolve().as_uri()}?mode={mode}"
        try:
            with closing(
                sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None)
            ) as database:
                yield database
        except sqlite3.OperationalError as error:
            raise StudyError(self._reason(error)) from error
        except sqlite3.DatabaseError as error:
            raise StudyError(f"study {self.path} must be a study made by hwgen: {error}") from error

    def _reason(self, error: sqlite3.OperationalError) -> str:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without its extension
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return f"study {self.path} must not be locked by another program: {error}"
        if code == sqlite3.SQLITE_ERROR:  # a table is missing
            return f"study {self.path} must be a study made by hwgen: {error}"
        return f"study {self.path} cannot be accessed: {error}"

    def _check(self, database: sqlite3.Connection) -> None:
        (mark,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if mark != APPLICATION:
            raise StudyError(f"study {self.path} must be a study made by hwgen")
        if version != VERSION:
            raise StudyError(
                f"study {self.path} must have format {VERSION}, not {version}: "
                f"another version of hwgen made it"
            )

    def refuse_unknown(self, error: SpecError) -> StudyError:
        """What to raise where the content names what this hwgen does not know."""
        return StudyError(f"study {self.path} needs another version of hwgen: {error}")
