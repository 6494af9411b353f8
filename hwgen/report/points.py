"""One point of a study's fronts in a report."""

from collections.abc import Mapping as AbstractMapping
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.mapping.kinds import is_precision
from hwgen.mapping.study.point import Point
from hwgen.mapping.study.study import Study
from hwgen.network.graph import Convolution
from hwgen.spec.mapping import LayerMapping

__all__ = ["point_document"]


def point_document(
    study: Study, exact: Point, point: Point, fronts: AbstractMapping[str, AbstractSet[str]]
) -> dict[str, Any]:
    """Figures of a point beside ``exact``; ``fronts`` holds keys of the front of each method."""
    names, costs = point.multipliers, study.costs
    area_um2 = _area_um2(study, point)
    layers = study.network.convolutions
    return {
        "multiplier": ", ".join(names),
        "multipliers": list(names),
        "layers": [_choices(x, point.mapping.layers[x.name]) for x in layers],
        "found_by": [name for name, keys in fronts.items() if point.key in keys],
        "is_precision": all(is_precision(find(name)) for name in names),
        "energy": point.energy.total,
        "energy_convolutions": point.energy.convolutions,
        "energy_pj": point.energy.total_pj,
        "layer_energy_pj": [point.layers_pj[x.name] for x in layers],
        "area": area_um2 / costs[exact.multipliers[0]].area_um2,
        "area_um2": area_um2,
        "delay_ns": max(costs[name].delay_ns for name in names),
        "accuracy": point.drop.accuracy,
        "drop": point.drop.observed,
        "expected_drop": point.drop.expected,
        "drop_bound": point.drop.bound,
        **_tested(point),
    }


def _tested(point: Point) -> dict[str, Any]:
    test = point.test
    return {
        "test_accuracy": None if test is None else test.accuracy,
        "test_interval": None if test is None else list(test.accuracy_interval),
        "test_drop": None if test is None else test.drop,
        "test_drop_interval": None if test is None else list(test.drop_interval),
    }


def _area_um2(study: Study, point: Point) -> float:
    """Of the multipliers of one element; an element of each tile, where there are several."""
    held = study.hardware(point).multipliers
    areas = [study.costs[name].area_um2 for name in held]
    return sum(areas) if study.spec.form == "tiles" else sum(areas) / len(areas)


def _choices(layer: Convolution, mapping: LayerMapping) -> list[dict[str, Any]]:
    """What a layer multiplies with, most used first, and the share of its weights."""
    choices, index = mapping.resolve(layer.centred_weights)
    shares = np.bincount(index.ravel(), minlength=len(choices)) / index.size
    return [
        {
            "multiplier": choices[i].multiplier,
            "mode": choices[i].mode,
            "label": _label(choices[i].multiplier, choices[i].mode),
            "share": float(shares[i]),
        }
        for i in np.argsort(-shares, kind="stable")
    ]


def _label(name: str, mode: int) -> str:
    modes = find(name).modes
    return modes[mode] if len(modes) > 1 else name
