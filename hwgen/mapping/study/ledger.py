"""Questions that methods asked, and their answers, each kept as soon as it is known."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from hwgen.mapping import pareto
from hwgen.mapping.design import Corrections, Question
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.strategies.search import Options
from hwgen.mapping.study import rows
from hwgen.mapping.study.file import StudyFile

__all__ = ["Answer", "Ledger", "Run", "front_of"]


@dataclass(frozen=True)
class Run:
    """One method with its options, and the number that the study knows it by."""

    number: int
    method: str
    options: Options


@dataclass(frozen=True, eq=False)
class Answer:
    """What a method asked, and what it was answered."""

    question: Question
    outcome: Outcome


class Ledger:
    """The questions of one study. Answers are shared by all methods that ask the same.

    Parameters
    ----------
    file : StudyFile
    """

    def __init__(self, file: StudyFile) -> None:
        self._file = file

    def recall(self, question: Question) -> Outcome | None:
        """The answer, if it is known."""
        with self._file.reading() as database:
            return rows.read_outcome(database, question.key)

    def record(self, question: Question, outcome: Outcome) -> None:
        """Keep an answer."""
        with self._file.writing() as database:
            rows.write_answer(database, question, outcome)

    def run_of(self, method: str, options: Options) -> Run:
        """The run of a method with some options, known from now on."""
        row = method, json.dumps(asdict(options), sort_keys=True)
        with self._file.writing() as database:
            database.execute("INSERT OR IGNORE INTO runs (method, options) VALUES (?, ?)", row)
            (number,) = database.execute(
                "SELECT number FROM runs WHERE method = ? AND options = ?", row
            ).fetchone()
        return Run(number, method, options)

    def propose(self, run: Run, first: int, questions: Sequence[Question]) -> None:
        """Keep what a run asks, from the position ``first`` on; a repetition changes nothing."""
        found = [(run.number, first + i, x.key) for i, x in enumerate(questions)]
        with self._file.writing() as database:
            database.executemany("INSERT OR IGNORE INTO proposals VALUES (?, ?, ?)", found)

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs, in the order in which they began."""
        with self._file.reading() as database:
            found = database.execute("SELECT number, method, options FROM runs ORDER BY number")
            return tuple(Run(x, y, _options(z)) for x, y, z in found)

    @property
    def count(self) -> int:
        """Questions that were answered."""
        with self._file.reading() as database:
            (count,) = database.execute("SELECT count(*) FROM answers").fetchone()
            return int(count)

    def answers(self, runs: Sequence[Run]) -> list[Answer]:
        """What runs asked and were answered, in their order; each question once."""
        with self._file.reading() as database:
            keys = [key for run in runs for key in rows.read_proposals(database, run.number)]
            found = (rows.read_answer(database, key) for key in dict.fromkeys(keys))
            return [Answer(*x) for x in found if x is not None]


def _options(text: str) -> Options:
    fields = json.loads(text)
    corrections = fields.pop("corrections")
    own = None if corrections is None else Corrections(**corrections)
    return Options(**fields, corrections=own)


def front_of(answers: Sequence[Answer]) -> list[Answer]:
    """Designs that no other one beats, by falling energy; of equal ones the first."""
    designs = [x for x in answers if x.outcome.energy is not None]
    if not designs:
        return []
    kept = [designs[i] for i in pareto.front([x.outcome.objectives for x in designs])]
    best = {x.outcome.objectives: x for x in reversed(kept)}
    return sorted(best.values(), key=lambda x: -x.outcome.objectives.energy)
