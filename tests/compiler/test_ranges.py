"""Modes derived from weights: which ranges express them."""

import numpy as np
import pytest

from hwgen.arith.operand import S8
from hwgen.compiler.ranges import range_fields
from hwgen.errors import SpecError


def derived(fields, value):
    """What the comparators make of a weight."""
    for number in range(3):
        low, high = (int(S8.decode(fields[f"range_{number}_{end}"])) for end in ("low", "high"))
        if low <= value <= high:
            return fields[f"range_{number}_mode"]
    return fields["range_mode"]


@pytest.mark.parametrize(
    "values",
    [
        [-90, -20, -20, -20, 5, 20, 90],  # the mode in the middle is the most frequent one
        [-90, -5, 5, 90, 90, 90, 90],
        [-90, 5, 5, 5, 5, 20, 20],
        [7, 7, 7],
    ],
)
def test_ranges_within_each_other(values):
    values = np.array(values)
    modes = np.select([abs(values) < 10, abs(values) < 60], [2, 1], 0)
    fields = range_fields("layer", values, modes, S8)
    assert [derived(fields, value) for value in values] == modes.tolist()


def test_modes_that_lie_among_each_other_are_refused():
    with pytest.raises(
        SpecError, match=r"^layer x must have one range of weights for each mode, .*: 1 of 4"
    ):
        range_fields("x", np.array([1, 2, 3, 4]), np.array([0, 1, 0, 1]), S8)


def test_five_modes_are_too_many():
    with pytest.raises(SpecError, match=r"^layer x must have at most 4 modes .*, not 5$"):
        range_fields("x", np.arange(5), np.arange(5), S8)
