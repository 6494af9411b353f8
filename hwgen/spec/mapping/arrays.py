"""From arrays of choices, as a search makes them, to rules."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.spec.mapping.indices import ranges_of_members, text_of
from hwgen.spec.mapping.rules import WeightRule

__all__ = ["weight_rules"]


def weight_rules(
    index: NDArray[np.integer[Any]], choices: Sequence[tuple[str, int]]
) -> tuple[WeightRule, ...]:
    """One rule per filter and choice, for weights with any choices.

    Parameters
    ----------
    index : int[F, ...]
        Which of ``choices`` each weight has; after the filter, in the order of its taps.
    choices : sequence of (str, int)
        Multipliers and modes.
    """
    return tuple(
        WeightRule(
            filters=str(number),
            taps=text_of(ranges_of_members(np.flatnonzero(row == which))),
            multiplier=multiplier,
            mode=mode,
        )
        for number, row in enumerate(index.reshape(len(index), -1))
        for which, (multiplier, mode) in enumerate(choices)
        if (row == which).any()
    )
