"""One multiplier in a report: what it is, what it costs and how it errs."""

import inspect
import re
from collections.abc import Iterable
from typing import Any

from hwgen.arith.catalogue import describe, find
from hwgen.arith.metrics import measure
from hwgen.mapping.kinds import is_precision
from hwgen.mapping.study.study import Study

__all__ = ["multiplier_document"]


def multiplier_document(study: Study, name: str) -> dict[str, Any]:
    """Figures of a multiplier of a study."""
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
        "is_precision": is_precision(multiplier),
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
