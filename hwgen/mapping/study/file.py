"""The persistent record of a search: one SQLite file that holds everything it depended on."""

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import hwgen
from hwgen.arith.catalogue import given
from hwgen.errors import SpecError, StudyError
from hwgen.mapping.drop import Drop
from hwgen.mapping.explore import Exploration
from hwgen.mapping.problem import Evaluation
from hwgen.mapping.search import Candidate
from hwgen.network import data
from hwgen.network.data import DataSet
from hwgen.network.graph import Network
from hwgen.network.load import load as load_network
from hwgen.output import replacing_file
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.accelerator_file import parse_spec
from hwgen.spec.mapping import Mapping

__all__ = ["Priced", "Study", "is_study"]

APPLICATION = 0x4877676E  # "Hwgn": marks the SQLite file as a study
VERSION = 2

_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);  -- values are JSON
CREATE TABLE files (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE costs (
    multiplier TEXT PRIMARY KEY, area_um2 REAL, delay_ns REAL, leakage_nw REAL,
    energy_pj TEXT NOT NULL  -- JSON: {mode: {layer: pJ per product}}
);
CREATE TABLE evaluations (
    number INTEGER PRIMARY KEY, found_by TEXT, multiplier TEXT,
    modes TEXT,  -- JSON: one mode per layer
    accuracy REAL, observed REAL, expected REAL, bound REAL,  -- calibration images
    energy REAL, energy_pj REAL,
    mapping TEXT,  -- the mapping file, bias updates included
    test_accuracy REAL  -- NULL unless read after the search
);
"""


def is_study(path: Path) -> bool:
    """Whether a file bears the mark of a study, whatever its version and its state."""
    try:
        with path.open("rb") as stream:
            header = stream.read(72)
    except OSError:
        return False
    return header.startswith(b"SQLite format 3\0") and header[68:72] == APPLICATION.to_bytes(4)


@dataclass(frozen=True)
class Priced:
    """What a study keeps of a characterized multiplier; energies as in ``MultiplierCost``."""

    area_um2: float
    delay_ns: float
    leakage_nw: float
    energy_pj: AbstractMapping[int, AbstractMapping[str, float]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Study:
    """A search, with everything that it depended on.

    Parameters
    ----------
    model, data : bytes
        Contents of the ONNX file and of the ``.npz`` file.
    spec : AcceleratorSpec
    technology, technology_digest : str
        Name and SHA-256 of the Liberty file that prices the multipliers.
    costs : mapping of str to Priced
        By name. The netlists of names that are not in the catalogue are kept, too.
    exploration : Exploration
        Every evaluation, and the final figures.
    version : str
        Of the hwgen that made it.
    """

    model: bytes
    data: bytes
    spec: AcceleratorSpec
    technology: str
    technology_digest: str
    costs: AbstractMapping[str, Priced]
    exploration: Exploration
    version: str = hwgen.__version__

    def pick(self, max_drop: float) -> Evaluation:
        """Cheapest evaluation that loses at most ``max_drop`` points, see Exploration."""
        return self.exploration.pick(max_drop)

    @cached_property
    def network(self) -> Network:
        """The network that was mapped."""
        with _as_file(self.model, "model.onnx") as path:
            return load_network(path)

    @cached_property
    def images(self) -> DataSet:
        """The images that it was calibrated and tested with."""
        with _as_file(self.data, "data.npz") as path:
            return data.load(path, self.network)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the study; ``path`` appears only when it is complete."""
        with (
            replacing_file(path) as place,
            closing(sqlite3.connect(place)) as database,
            database,
        ):
            database.executescript(_SCHEMA)
            database.execute(f"PRAGMA application_id = {APPLICATION}")
            database.execute(f"PRAGMA user_version = {VERSION}")
            self._write(database)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Study":
        """Read a study. Raises :exc:`StudyError`."""
        if not Path(path).is_file():
            raise StudyError(f"study {path} must be a file that exists")
        address = f"{Path(path).resolve().as_uri()}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(address, uri=True)) as database:
                (mark,) = database.execute("PRAGMA application_id").fetchone()
                (version,) = database.execute("PRAGMA user_version").fetchone()
                if mark != APPLICATION:
                    raise StudyError(f"study {path} must be a study made by hwgen")
                if version != VERSION:
                    raise StudyError(
                        f"study {path} must have format {VERSION}, not {version}: "
                        f"another version of hwgen made it"
                    )
                return cls(**_read(database))
        except sqlite3.DatabaseError as error:
            raise StudyError(f"study {path} must be a study made by hwgen: {error}") from error
        except SpecError as error:
            raise StudyError(f"study {path} needs another version of hwgen: {error}") from error

    def _write(self, database: sqlite3.Connection) -> None:
        found = self.exploration
        facts = {
            "version": self.version,
            "technology": self.technology,
            "technology_digest": self.technology_digest,
            **{name: getattr(found, name) for name in _EXPLORATION},
        }
        files = {"model": self.model, "data": self.data, "spec": self.spec.to_toml().encode()}
        files |= given.files_of([*self.spec.multipliers, *self.costs])
        database.executemany(
            "INSERT INTO facts VALUES (?, ?)", ((x, json.dumps(y)) for x, y in facts.items())
        )
        database.executemany("INSERT INTO files VALUES (?, ?)", files.items())
        database.executemany(
            "INSERT INTO costs VALUES (?, ?, ?, ?, ?)",
            (
                (name, x.area_um2, x.delay_ns, x.leakage_nw, json.dumps(_plain(x.energy_pj)))
                for name, x in self.costs.items()
            ),
        )
        database.executemany(
            f"INSERT INTO evaluations VALUES ({', '.join('?' * 12)})",
            (
                (number, found_by, *_row(x), found.test_accuracy.get(x.candidate))
                for number, (x, found_by) in enumerate(
                    zip(found.evaluations, found.found_by, strict=True)
                )
            ),
        )


_EXPLORATION = ("method", "seed", "max_drop", "baseline", "precision")


def _row(x: Evaluation) -> tuple[Any, ...]:
    return (
        x.candidate.multiplier,
        json.dumps(x.candidate.modes),
        x.drop.accuracy,
        x.drop.observed,
        x.drop.expected,
        x.drop.bound,
        x.energy,
        x.energy_pj,
        x.mapping.to_json(),
    )


def _read(database: sqlite3.Connection) -> dict[str, Any]:
    facts = {x: json.loads(y) for x, y in database.execute("SELECT * FROM facts")}
    files = dict(database.execute("SELECT * FROM files"))
    given.add_files(files)  # before their names are read
    rows = database.execute("SELECT * FROM costs ORDER BY rowid")
    costs = {
        name: Priced(area, delay, leakage, {int(x): y for x, y in json.loads(energy).items()})
        for name, area, delay, leakage, energy in rows
    }
    evaluations, found_by, tested = [], [], {}
    for row in database.execute("SELECT * FROM evaluations ORDER BY number"):
        _, strategy, multiplier, modes, *drop, energy, energy_pj, mapping, test = row
        candidate = Candidate(multiplier, tuple(json.loads(modes)))
        evaluations.append(
            Evaluation(candidate, Mapping.from_json(mapping), Drop(*drop), energy, energy_pj)
        )
        found_by.append(strategy)
        if test is not None:
            tested[candidate] = test
    facts["precision"] = tuple(facts["precision"])
    exploration = Exploration(
        **{name: facts.pop(name) for name in _EXPLORATION},
        evaluations=tuple(evaluations),
        found_by=tuple(found_by),
        test_accuracy=tested,
    )
    return {
        **facts,
        "model": files["model"],
        "data": files["data"],
        "spec": parse_spec(files["spec"].decode(), "study's spec"),
        "costs": costs,
        "exploration": exploration,
    }


def _plain(energy: AbstractMapping[int, AbstractMapping[str, float]]) -> dict[int, Any]:
    return {mode: dict(layers) for mode, layers in energy.items()}


@contextmanager
def _as_file(content: bytes, name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path
