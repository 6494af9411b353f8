"""The figures of a study or of a build as one JSON document."""

import hashlib
import inspect
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hwgen.arith.catalogue import describe, find
from hwgen.arith.metrics import measure
from hwgen.errors import DataError
from hwgen.files import read_text
from hwgen.mapping.problem import Evaluation
from hwgen.mapping.study import Study
from hwgen.output import MANIFEST

__all__ = ["EXPLORATION", "build_document", "study_document"]

VERSION = 1
EXPLORATION = "exploration.json"  # the study's document, in a build folder

_ROLES = ("exact", "precision", "uniform", "pick")


def study_document(study: Study, max_drop: float | None = None) -> dict[str, Any]:
    """Figures of a study; only numbers, strings, lists and dicts.

    Parameters
    ----------
    study : Study
    max_drop : float, optional
        Drop in percent points that the picked points keep; default: the search's.
    """
    found = study.exploration
    limit = found.max_drop if max_drop is None else max_drop
    chosen = {
        "exact": found.exact,
        "precision": found.pick(limit, found.reduced),
        "uniform": found.pick(limit, found.uniform),
        "pick": found.pick(limit),
    }
    fronts = {
        "all": found.front(),
        "precision": found.front(found.reduced),
    }
    number = {x.candidate: i for i, x in enumerate(found.evaluations)}
    points = [_point(study, x, by) for x, by in zip(found.evaluations, found.found_by, strict=True)]
    used = dict.fromkeys(x.candidate.multiplier for x in chosen.values())
    return {
        "hwgen_report": VERSION,
        "version": study.version,
        "digests": {
            "model": hashlib.sha256(study.model).hexdigest(),
            "data": hashlib.sha256(study.data).hexdigest(),
            "technology": study.technology_digest,
            "mapping": chosen["pick"].mapping.digest,
        },
        "technology": study.technology,
        "network": {
            "layers": [
                {
                    "name": layer.name,
                    "operations": layer.operations,
                    "weights": list(layer.weights.shape),
                    "output": list(layer.shape),
                }
                for layer in study.network.convolutions
            ],
            "calibration_images": len(study.images.calibration_labels),
            "test_images": len(study.images.test_labels),
        },
        "search": {
            "method": found.method,
            "seed": found.seed,
            "max_drop": limit,
            "evaluations": len(points),
            "test_points": len(found.test_accuracy),
            "baseline": found.baseline,
            "array": [study.spec.rows, study.spec.cols],
        },
        "points": points,
        "fronts": {name: [number[x.candidate] for x in xs] for name, xs in fronts.items()},
        "chosen": {role: number[chosen[role].candidate] for role in _ROLES},
        "multipliers": {name: _multiplier(study, name) for name in used},
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


def _point(study: Study, x: Evaluation, found_by: str) -> dict[str, Any]:
    found = study.exploration
    name = x.candidate.multiplier
    test = found.test_accuracy.get(x.candidate)
    exact_test = found.test_accuracy[found.exact.candidate]
    exact_area = study.costs[found.baseline].area_um2
    energy = study.costs[name].energy_pj
    layers = zip(study.network.convolutions, x.candidate.modes, strict=True)
    return {
        "multiplier": name,
        "modes": list(x.candidate.modes),
        "found_by": found_by,
        "is_precision": name in found.precision,
        "energy": x.energy,
        "energy_pj": x.energy_pj,
        "layer_energy_pj": [y.operations * energy[mode][y.name] for y, mode in layers],
        "area": study.costs[name].area_um2 / exact_area,
        "area_um2": study.costs[name].area_um2,
        "delay_ns": study.costs[name].delay_ns,
        "accuracy": x.drop.accuracy,
        "drop": x.drop.observed,
        "expected_drop": x.drop.expected,
        "drop_bound": x.drop.bound,
        "test_accuracy": test,
        "test_drop": None if test is None else exact_test - test,
    }


def _multiplier(study: Study, name: str) -> dict[str, Any]:
    multiplier, cost = find(name), study.costs[name]
    modes = []
    for mode, label in enumerate(multiplier.modes):
        metrics = measure(multiplier, mode)
        modes.append(
            {
                "name": label,
                "mean": metrics.mean,
                "residual_std": metrics.residual_std,
                "mae": metrics.mae,
                "wce": metrics.wce,
                "error_probability": metrics.error_probability,
            }
        )
    return {
        "what": describe(multiplier),
        "reconstructed": _reconstructed(multiplier),
        "is_precision": name in study.exploration.precision,
        "area_um2": cost.area_um2,
        "delay_ns": cost.delay_ns,
        "modes": modes,
    }


def _reconstructed(multiplier: object) -> list[str]:
    """Sentences of its documentation that say what a paper left open."""
    text = " ".join((inspect.getdoc(type(multiplier)) or "").split("\n\nParameters")[0].split())
    return _sentences(text, "reconstructed")


def _sentences(text: str, word: str) -> list[str]:
    sentences: Iterable[str] = re.split(r"(?<=[.]) (?=[A-Z])", text)
    return [x for x in sentences if word in x.lower()]
