"""A search and everything that it depended on, in one file that grows as the search goes."""

import os
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwgen.errors import SpecError, StudyError
from hwgen.mapping import pareto
from hwgen.mapping.hardware import hardware_for
from hwgen.mapping.study import rows
from hwgen.mapping.study.file import StudyFile
from hwgen.mapping.study.ledger import Answer, Ledger
from hwgen.mapping.study.parts import Parts
from hwgen.mapping.study.point import Point, Tested, check_max_drop
from hwgen.network.data import Labelled
from hwgen.network.graph import Network
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["KEPT", "PRECISION", "Priced", "Study"]

KEPT = 16  # test images, for simulation
_TEST = "test.npz"
PRECISION = "precision"  # the method that every other one is compared with


@dataclass(frozen=True)
class Priced:
    """What a study keeps of a multiplier besides its energies."""

    area_um2: float
    delay_ns: float


class Study:
    """The record of a search: what it was about, what was asked, what was chosen.

    Made by :meth:`open` and :meth:`begin`. What the search was about is read once, everything
    else whenever it is asked for, so that a study can be watched while it grows.

    Attributes
    ----------
    path : Path
    ledger : Ledger
        Questions and answers.
    parts : Parts
        What the problem is built from.
    spec : AcceleratorSpec
        The hardware form.
    costs : dict of str to Priced
        By multiplier.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._file = StudyFile(path)
        self.ledger = Ledger(self._file)
        try:
            with self._file.reading() as database:
                self.parts: Parts = rows.read_parts(database)
                self.spec: AcceleratorSpec = self.parts.accelerator
                found = database.execute("SELECT * FROM multipliers ORDER BY rowid")
                self.costs = {name: Priced(area, delay) for name, area, delay in found}
                rows.read_points(database)
        except SpecError as error:
            raise StudyError(f"study {path} needs another version of hwgen: {error}") from error

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Study":
        """Read a study. Raises :exc:`StudyError`."""
        return cls(path)

    @classmethod
    def begin(
        cls,
        path: str | os.PathLike[str],
        parts: Parts,
        costs: AbstractMapping[str, Priced],
        facts: AbstractMapping[str, Any],
    ) -> "Study":
        """Write a new study; one that another process made meanwhile stays as it is.

        Parameters
        ----------
        path : path
        parts : Parts
        costs : mapping of str to Priced
            Of every multiplier.
        facts : mapping of str to values
            What else is to be known, as JSON has it.
        """
        with StudyFile(path).creating() as database:
            if database is not None:
                rows.write_parts(database, parts)
                rows.write_facts(database, facts)
                found = ((name, x.area_um2, x.delay_ns) for name, x in costs.items())
                database.executemany("INSERT INTO multipliers VALUES (?, ?, ?)", found)
        return cls(path)

    @property
    def facts(self) -> dict[str, Any]:
        """What else is known, by name: ``technology``, ``version`` of hwgen and so on."""
        with self._file.reading() as database:
            return rows.read_facts(database)

    def state(self, **facts: Any) -> None:
        """Keep facts, in place of earlier ones of the same names."""
        with self._file.writing() as database:
            rows.write_facts(database, facts)

    @property
    def network(self) -> Network:
        """The network that was mapped."""
        return self.parts.network

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of the methods that ran, in the order in which they began."""
        return tuple(dict.fromkeys(run.method for run in self.ledger.runs))

    def answers(self, method: str | None = None) -> list[Answer]:
        """What a method asked and was answered, in its order; default: what all of them asked."""
        runs = self.ledger.runs
        return self.ledger.answers([x for x in runs if method is None or x.method == method])

    @property
    def points(self) -> tuple[Point, ...]:
        """Designs of the fronts of all methods, judged to the end; the exact one is the first."""
        with self._file.reading() as database:
            return tuple(rows.read_points(database).values())

    @property
    def exact(self) -> Point:
        """The exact baseline. Raises :exc:`StudyError` before the final step."""
        points = self.points
        if not points:
            raise StudyError(
                f"study {self.path} must be finished first: the hwgen explore that began it goes on"
            )
        return points[0]

    def front(self, method: str | None = None) -> list[Point]:
        """Points of a method that no other one of it beats, by falling energy of the final step.

        Default: of all methods.
        """
        pool = self._of(method)
        if not pool:
            return []
        kept = [pool[i] for i in pareto.front([(x.drop.bound, x.energy.total) for x in pool])]
        best = {(x.drop.bound, x.energy.total): x for x in reversed(kept)}
        return sorted(best.values(), key=lambda x: -x.energy.total)

    def pick(self, max_drop: float, method: str | None = None) -> Point:
        """Cheapest point of a method whose drop is at most ``max_drop`` percent points.

        The drop is the bound of :class:`hwgen.mapping.drop.Drop`, on all calibration images.
        The exact baseline's is zero, so there is always one. Default: of all methods.
        """
        check_max_drop(max_drop)
        allowed = [x for x in self._of(method) if x.drop.bound <= max_drop]
        return min([self.exact, *allowed], key=lambda x: (x.energy.total, x.drop.bound))

    def hardware(self, point: Point) -> AcceleratorSpec:
        """The accelerator that executes a point."""
        return hardware_for(self.spec, point.mapping)

    @property
    def test_images(self) -> Labelled:
        """The first test images; none where no test images were given."""
        with self._file.reading() as database:
            images, labels = rows.read_images(database, _TEST)
        return Labelled(images=images, labels=labels)

    @property
    def readings(self) -> int:
        """How often test images were read."""
        with self._file.reading() as database:
            (count,) = database.execute("SELECT count(*) FROM readings").fetchone()
            return int(count)

    # What the final step writes.

    def keep_front(self, method: str, keys: Sequence[str]) -> None:
        """Keep which designs are the front of a method's search."""
        found = [(method, i, key) for i, key in enumerate(keys)]
        with self._file.writing() as database:
            database.execute("DELETE FROM fronts WHERE method = ?", (method,))
            database.executemany("INSERT INTO fronts VALUES (?, ?, ?)", found)

    def keep_point(self, point: Point) -> None:
        """Keep a point."""
        with self._file.writing() as database:
            rows.write_point(database, point)

    def keep_tests(self, tests: AbstractMapping[str, Tested], data: Labelled) -> None:
        """Keep what one reading of the test images says of points, by their keys."""
        with self._file.writing() as database:
            for key, test in tests.items():
                rows.write_test(database, key, test)
            rows.write_images(database, _TEST, data.images[:KEPT], data.labels[:KEPT])
            row = len(data.labels), len(tests)
            database.execute("INSERT INTO readings (images, points) VALUES (?, ?)", row)

    def _of(self, method: str | None) -> list[Point]:
        with self._file.reading() as database:
            points = rows.read_points(database)
            query = "SELECT key FROM fronts" + ("" if method is None else " WHERE method = ?")
            found = database.execute(query, () if method is None else (method,))
            keys = {key for (key,) in found}
        return [x for key, x in points.items() if key in keys]
