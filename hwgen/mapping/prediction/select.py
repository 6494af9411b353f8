"""The cheapest selection of options that disturbs the logits no more than a limit."""

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from hwgen.mapping.prediction.options import Option
from hwgen.mapping.prediction.sensitivity import Sensitivities

__all__ = ["select"]

GAP = 1e-4  # relative to the optimum: where the solver may stop

_Options: TypeAlias = AbstractMapping[str, Sequence[Option]]


def select(
    options: _Options, sensitivities: Sensitivities, limit: float, multipliers: int
) -> dict[str, Option] | None:
    """One option per layer, of least energy: a mixed-integer linear program, solved exactly.

    Parameters
    ----------
    options : mapping of str to sequence of Option
        By layer.
    sensitivities : Sensitivities
    limit : float
        Predicted disturbance, at most.
    multipliers : int
        Different ones among the layers, at most.

    Returns
    -------
    dict of str to Option, or None
        None where nothing keeps to the limit.
    """
    if multipliers >= len(options):
        return _solve({name: _front(own) for name, own in options.items()}, sensitivities, limit)
    if multipliers > 1:
        return _solve(options, sensitivities, limit, multipliers)
    # One multiplier in all layers: a small program for each is faster than a large one for all.
    by_name = {name: _of(options, name) for name in _names(options)}
    bounds = {name: _least(own, sensitivities, limit) for name, own in by_name.items()}
    best, least = None, np.inf
    for name in sorted(by_name, key=lambda x: bounds[x]):
        if bounds[name] >= least:
            break
        found = _solve(by_name[name], sensitivities, limit)
        energy = np.inf if found is None else sum(x.energy for x in found.values())
        if energy < least:
            best, least = found, energy
    return best


def _names(options: _Options) -> list[str]:
    return sorted({x.mapping.multiplier for own in options.values() for x in own})


def _of(options: _Options, name: str) -> dict[str, list[Option]]:
    return {
        layer: [x for x in own if x.mapping.multiplier == name] for layer, own in options.items()
    }


def _least(options: _Options, sensitivities: Sensitivities, limit: float) -> float:
    """Energy that no selection can go below: each layer as if it had the limit for itself."""
    return sum(
        min(
            (x.energy for x in own if sensitivities.by_layer[layer] * x.variance <= limit),
            default=np.inf,
        )
        for layer, own in options.items()
    )


def _front(options: Sequence[Option]) -> list[Option]:
    """Options of a layer that no other one beats."""
    kept: list[Option] = []
    for option in sorted(options, key=lambda x: (x.energy, x.variance)):
        if not kept or option.variance < kept[-1].variance:
            kept.append(option)
    return kept


def _solve(
    options: _Options, sensitivities: Sensitivities, limit: float, multipliers: int | None = None
) -> dict[str, Option] | None:
    """The program; ``multipliers`` is None where their number needs no constraint.

    Variables: whether an option is taken, then whether a multiplier is held.
    """
    rows = [(layer, x) for layer, own in options.items() for x in own]
    names = [] if multipliers is None else _names(options)
    layers, count = list(options), len(rows)
    entries: list[tuple[int, int, float]] = []  # constraint, variable, factor
    for column, (layer, option) in enumerate(rows):
        moved = sensitivities.by_layer[layer] * option.variance
        entries += [(layers.index(layer), column, 1.0), (len(layers), column, moved / limit)]
        if names:  # what is taken is held
            held = count + names.index(option.mapping.multiplier)
            entries += [(len(layers) + 2 + column, column, 1.0)]
            entries += [(len(layers) + 2 + column, held, -1.0)]
    entries += [(len(layers) + 1, count + i, 1.0) for i in range(len(names))]
    low = [1.0] * len(layers) + [-np.inf]
    high = [1.0] * len(layers) + [1.0]
    if names:
        low += [-np.inf] * (1 + count)
        high += [float(multipliers or 0)] + [0.0] * count
    where = np.array([x[:2] for x in entries]).T
    matrix = coo_array(
        (np.array([x[2] for x in entries]), (where[0], where[1])),
        shape=(len(low), count + len(names)),
    )
    energy = np.array([x.energy for _, x in rows] + [0.0] * len(names))
    found = milp(
        energy,
        constraints=LinearConstraint(matrix.tocsr(), np.array(low), np.array(high)),
        integrality=np.ones(len(energy)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": GAP},
    )
    if found.x is None:
        return None
    return {layer: x for (layer, x), taken in zip(rows, found.x, strict=False) if taken > 0.5}
