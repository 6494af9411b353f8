"""The cheapest selection of options that disturbs the logits no more than a limit."""

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from hwgen.mapping.prediction.options import Option
from hwgen.mapping.prediction.sensitivity import Sensitivities

__all__ = ["select"]

GAP = 1e-4  # relative to the optimum: where the solver may stop


def select(
    options: AbstractMapping[str, Sequence[Option]],
    sensitivities: Sensitivities,
    limit: float,
    multipliers: int,
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
    rows = [(layer, x) for layer, own in options.items() for x in own]
    names = sorted({x.mapping.multiplier for _, x in rows})
    layers, count = list(options), len(rows)
    energy = np.array([x.energy for _, x in rows] + [0.0] * len(names))
    moved = [sensitivities.by_layer[layer] * x.variance for layer, x in rows]
    entries: list[tuple[int, int, float]] = []  # constraint, variable, factor
    for column, (layer, option) in enumerate(rows):
        name = names.index(option.mapping.multiplier)
        entries += [
            (layers.index(layer), column, 1.0),
            (len(layers), column, moved[column] / max(limit, 1e-12)),
            (len(layers) + 2 + column, column, 1.0),
            (len(layers) + 2 + column, count + name, -1.0),
        ]
    entries += [(len(layers) + 1, count + i, 1.0) for i in range(len(names))]
    where = np.array([x[:2] for x in entries]).T
    matrix = coo_array(
        (np.array([x[2] for x in entries]), (where[0], where[1])),
        shape=(len(layers) + 2 + count, count + len(names)),
    ).tocsr()
    low = np.r_[np.ones(len(layers)), -np.inf, -np.inf, np.full(count, -np.inf)]
    high = np.r_[np.ones(len(layers)), 1.0, float(multipliers), np.zeros(count)]
    found = milp(
        energy,
        constraints=LinearConstraint(matrix, low, high),
        integrality=np.ones(len(energy)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": GAP},
    )
    if found.x is None:
        return None
    return {layer: x for (layer, x), taken in zip(rows, found.x, strict=False) if taken > 0.5}
