"""The figures of a study or of a build as one JSON document."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hwgen.arith.catalogue import find
from hwgen.errors import DataError
from hwgen.files import read_text
from hwgen.mapping.kinds import is_precision
from hwgen.mapping.study.ledger import Answer
from hwgen.mapping.study.point import Point
from hwgen.mapping.study.study import PRECISION, Study
from hwgen.output import MANIFEST
from hwgen.report.points import point_document
from hwgen.report.search_figures import search_figures
from hwgen.report.used import multiplier_document
from hwgen.spec.mapping import Mapping

__all__ = ["EXPLORATION", "build_document", "study_document"]

VERSION = 2
EXPLORATION = "exploration.json"  # the study's document, in a build folder


def study_document(
    study: Study, max_drop: float | None = None, method: str | None = None
) -> dict[str, Any]:
    """Figures of a study; only numbers, strings, lists and dicts.

    Parameters
    ----------
    study : Study
    max_drop : float, optional
        Drop in percent points that the picked points keep; default: the search's.
    method : str, optional
        Whose points are picked from; default: those of all methods.
    """
    exact, points, facts = study.exact, study.points, study.facts
    limit = facts["max_drop"] if max_drop is None else max_drop
    chosen = {
        "exact": exact,
        "precision": study.pick(limit, PRECISION),
        "pick": study.pick(limit, method),
    }
    fronts = {"all": study.front(), "precision": study.front(PRECISION)}
    by_method = {name: {x.key for x in study.front(name)} for name in study.methods}
    number = {x.key: i for i, x in enumerate(points)}
    used = sorted({name for x in chosen.values() for name in x.multipliers})
    answers = study.answers()
    return {
        "hwgen_report": VERSION,
        "version": facts["version"],
        "digests": _digests(facts, chosen["pick"]),
        "technology": facts["technology"],
        "network": _network(study, points),
        "search": _search(study, facts, limit, points),
        "evaluations": [_evaluation(x) for x in answers if x.outcome.energy is not None],
        "points": [point_document(study, exact, x, by_method) for x in points],
        "by_method": search_figures(study, answers),
        "fronts": {name: [number[x.key] for x in xs] for name, xs in fronts.items()},
        "chosen": {role: number[x.key] for role, x in chosen.items()},
        "multipliers": {name: multiplier_document(study, name) for name in used},
    }


def build_document(folder: Path) -> dict[str, Any]:
    """Figures of a build: those of its study, and what simulation and synthesis found.

    Reads ``exploration.json``, and ``simulation.json`` and ``synthesis.json`` where the
    manifest lists them.
    """
    document = _json(folder / EXPLORATION)
    if document.get("hwgen_report") != VERSION:
        raise DataError(f'build {folder} {EXPLORATION} must say "hwgen_report": {VERSION}')
    listed = _json(folder / MANIFEST).get("sha256", ())
    for part in ("simulation", "synthesis"):
        if f"{part}.json" in listed:
            document[part] = _json(folder / f"{part}.json")
    return document


def _json(path: Path) -> dict[str, Any]:
    text = read_text(path, "report input", DataError)
    try:
        document = json.loads(text)
    except ValueError as error:
        raise DataError(f"report input {path} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise DataError(f"report input {path} must hold a JSON object")
    return document


def _digests(facts: dict[str, Any], pick: Point) -> dict[str, str]:
    identity = facts["identity"]
    return {
        "model": identity["model"],
        "calibration images": identity["calibration images"],
        "technology": facts["technology_digest"],
        "mapping": pick.mapping.digest,
    }


def _network(study: Study, points: Sequence[Point]) -> dict[str, Any]:
    tested = points[0].test
    return {
        "layers": [
            {
                "name": layer.name,
                "operations": layer.operations,
                "weights": list(layer.weights.shape),
                "output": list(layer.shape),
            }
            for layer in study.network.convolutions
        ],
        "search_images": len(study.parts.labels),
        "calibration_images": study.facts["calibration_images"],
        "test_images": 0 if tested is None else tested.images,
    }


def _search(
    study: Study, facts: dict[str, Any], max_drop: float, points: Sequence[Point]
) -> dict[str, Any]:
    return {
        "methods": list(study.methods),
        "seed": facts["seed"],
        "max_drop": max_drop,
        "questions": study.ledger.count,
        "test_points": sum(x.test is not None for x in points),
        "test_readings": study.readings,
        "baseline": points[0].multipliers[0],
        "array": [study.spec.rows, study.spec.cols],
        "form": study.spec.form,
    }


def _evaluation(answer: Answer) -> dict[str, Any]:
    outcome = answer.outcome
    assert outcome.energy is not None
    assert outcome.mapping is not None
    return {
        "energy": outcome.energy.total,
        "drop_bound": outcome.drop.bound,
        "is_precision": _is_precision(outcome.mapping),
    }


def _is_precision(mapping: Mapping) -> bool:
    names = set().union(*(layer.multipliers for layer in mapping.layers.values()))
    return all(is_precision(find(name)) for name in names)
