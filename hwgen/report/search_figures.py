"""What a search found, method by method and layer by layer, as numbers for pages and plots."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.study.ledger import Answer
from hwgen.mapping.study.point import Point
from hwgen.mapping.study.study import Study
from hwgen.report.importance import importance

__all__ = ["search_figures"]

DEEPEST = 10.0  # percent points: what loses more says nothing about what would be used


def search_figures(study: Study, answers: Sequence[Answer]) -> dict[str, Any]:
    """Fronts of all methods and the importance of layers; only numbers, strings, lists, dicts.

    Parameters
    ----------
    study : Study
        After its final step.
    answers : sequence of Answer
        What all methods asked and were answered.

    Returns
    -------
    dict
        ``methods``: for each method, the points of its front by falling
        energy; energies are relative to the exact baseline's, those of ``layers`` to the same
        layer's. ``importance``: see :func:`hwgen.report.importance.importance`, over all designs
        that lose at most 10 percent points; None where they are too few.
    """
    exact = study.exact
    return {
        "methods": {name: [_point(x, exact) for x in study.front(name)] for name in study.methods},
        "importance": _importance(study, exact, answers),
    }


def _point(point: Point, exact: Point) -> dict[str, Any]:
    test = point.test
    return {
        "energy": point.energy.total,
        "convolutions": point.energy.convolutions,
        "multipliers": list(point.multipliers),
        "layers": [point.layers_pj[x] / y for x, y in exact.layers_pj.items()],
        "drop_bound": point.drop.bound,
        "test_accuracy": None if test is None else test.accuracy,
        "test_drop": None if test is None else test.drop,
        "test_drop_interval": None if test is None else list(test.drop_interval),
        "mapping": point.mapping.digest,
    }


def _importance(study: Study, exact: Point, answers: Sequence[Answer]) -> dict[str, Any] | None:
    designs = [x.outcome for x in answers if x.outcome.mapping is not None]
    inside = [x for x in designs if x.drop.expected <= DEEPEST]
    network, energies = study.network, study.parts.energies
    own = exact.mapping.layers
    whole = sum(layer_energy_pj(x, own[x.name], energies) for x in network.convolutions)
    table = np.array(
        [
            [
                layer_energy_pj(layer, outcome.mapping.layers[layer.name], energies) / whole
                for layer in network.convolutions
            ]
            for outcome in inside
            if outcome.mapping is not None
        ]
    ).reshape(-1, len(network.convolutions))
    found = importance(table, np.array([x.drop.expected for x in inside]))
    if found is None:
        return None
    return {
        "energy": found.energy.tolist(),
        "drop": found.drop.tolist(),
        "explained": found.explained,
        "designs": found.designs,
    }
