"""The figures of one finished study of a comparison."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from hwgen.comparison.ablation import Ablated
from hwgen.comparison.arrays import KeptEnergy
from hwgen.comparison.hypervolume import growth
from hwgen.mapping.study.ledger import Answer
from hwgen.mapping.study.point import Point
from hwgen.mapping.study.study import PRECISION, Study

__all__ = ["ablation_rows", "study_figures"]

TENTH = 10  # part of the cost at which methods are compared, too

Measure = Callable[[Point], KeptEnergy]


class _Fronts:
    """Points of all methods, read once."""

    def __init__(self, study: Study) -> None:
        self.exact = study.exact
        self.points = {name: study.front(name) for name in study.methods}

    def pick(self, limit: float, method: str) -> Point:
        """As :meth:`Study.pick` does."""
        allowed = [x for x in self.points[method] if x.drop.bound <= limit] or [self.exact]
        return min(allowed, key=lambda x: (x.energy.total, x.drop.bound))


def study_figures(
    study: Study,
    limits: Sequence[float],
    full_cost: int,
    measure: Measure,
    arrays: Collection[str],
) -> dict[str, Any]:
    """Everything that a document says of a study; only numbers, strings, lists and dicts.

    Parameters
    ----------
    study : Study
        After its final step.
    limits : sequence of float
        Percent points. At each, the cheapest point of each method whose bound on all calibration
        images is within it is picked.
    full_cost : int
        Multiplications of a whole budget: hypervolumes are also told at a tenth of it.
    measure : callable
        Array energy of a point.
    arrays : collection of str
        Methods whose picked points it is asked for, beside the exact baseline.
    """
    fronts = _Fronts(study)
    exact = fronts.exact
    return {
        "methods": {
            name: _method(
                study.answers(name),
                fronts,
                name,
                limits,
                full_cost,
                measure if name in arrays else None,
            )
            for name in fronts.points
        },
        "exact": _point(exact, exact, measure if arrays else None),
        "full_cost": full_cost,
        "form": study.spec.form,
        "array": [study.spec.rows, study.spec.cols],
        "layers": [layer.name for layer in study.network.convolutions],
        "operations": [layer.operations for layer in study.network.convolutions],
        "search_images": len(study.parts.labels),
        "calibration_images": study.facts["calibration_images"],
        "test_images": 0 if exact.test is None else exact.test.images,
        "test_readings": study.readings,
        "technology": study.facts["technology"],
        "multipliers": len(study.parts.multipliers),
        "model_sha256": study.facts["identity"]["model"],
    }


def ablation_rows(found: Sequence[Ablated]) -> list[dict[str, Any]]:
    """An ablation as rows of a table."""
    rows = []
    for x in found:
        assert x.outcome.energy is not None
        rows.append(
            {
                "method": x.method,
                "limit": x.limit,
                "corrections": x.corrections,
                "energy": x.outcome.energy.total,
                "drop": x.outcome.drop.expected,
                "drop_bound": x.outcome.drop.bound,
            }
        )
    return rows


def _method(
    answers: Sequence[Answer],
    fronts: _Fronts,
    name: str,
    limits: Sequence[float],
    full_cost: int,
    measure: Measure | None,
) -> dict[str, Any]:
    outcomes = [x.outcome for x in answers]
    grown = growth(outcomes)
    steps = [0, *(i for i in range(1, len(outcomes)) if grown.values[i] != grown.values[i - 1])]
    return {
        "questions": len(outcomes),
        "cost": grown.costs[-1] if grown.costs else 0,
        "seconds": sum(x.seconds for x in outcomes),
        "hypervolume": grown.values[-1] if grown.values else 0.0,
        "hypervolume_tenth": grown.at(full_cost / TENTH),
        "growth": [[grown.costs[i], grown.values[i]] for i in steps] if outcomes else [],
        "front": [_point(x, fronts.exact, None) for x in fronts.points[name]],
        "picks": {f"{limit:g}": _pick(fronts, name, limit, measure) for limit in limits},
    }


def _pick(fronts: _Fronts, method: str, limit: float, measure: Measure | None) -> dict[str, Any]:
    own = _point(fronts.pick(limit, method), fronts.exact, measure)
    if PRECISION not in fronts.points:
        return own | {"beyond_precision": None}
    alone = fronts.pick(limit, PRECISION)
    return own | {"beyond_precision": alone.energy.total - own["total"]}


def _point(point: Point, exact: Point, measure: Measure | None) -> dict[str, Any]:
    """A point; energies are relative to the exact baseline's."""
    test = point.test
    own = whole = None
    if measure is not None:
        own, whole = measure(point), measure(exact)
    return {
        "total": point.energy.total,
        "convolutions": point.energy.convolutions,
        "total_nj": point.energy.total_pj / 1000,
        "array": own.array_nj / whole.array_nj if own and whole else None,
        "datapath": own.datapath_nj / whole.datapath_nj if own and whole else None,
        "array_nj": own.array_nj if own else None,
        "multiplier_share": whole.multipliers_nj / whole.array_nj if whole else None,
        "layers": [point.layers_pj[x] / y for x, y in exact.layers_pj.items()],
        "energy": point.energy.total,
        "drop_bound": point.drop.bound,
        "test_accuracy": None if test is None else test.accuracy,
        "test_drop": None if test is None else test.drop,
        "test_drop_interval": None if test is None else list(test.drop_interval),
        "multipliers": list(point.multipliers),
        "mapping": point.mapping.digest,
    }
