import itertools

import numpy as np
import pytest

from hwgen.mapping.pareto import front


def dominates(one, other):
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


@pytest.mark.parametrize("objectives", [1, 2, 3])
def test_front_holds_exactly_the_points_that_nothing_dominates(objectives):
    points = np.random.default_rng(objectives).integers(0, 6, size=(60, objectives)).tolist()
    wanted = [i for i, x in enumerate(points) if not any(dominates(y, x) for y in points)]
    assert front(points).tolist() == wanted


def test_equal_points_stand_together():
    assert front([[1, 1], [0, 2], [1, 1], [2, 2]]).tolist() == [0, 1, 2]


@pytest.mark.parametrize("points", [[1.0, 2.0], [[1.0, float("nan")]]])
def test_points_that_cannot_be_compared_are_refused(points):
    with pytest.raises(ValueError, match=r"^points must be finite and 2-D, not \[.*\]$"):
        front(points)


def test_order_of_rows_does_not_change_the_front():
    points = [[3, 1], [1, 3], [2, 2], [3, 3]]
    for order in itertools.permutations(range(4)):
        kept = {tuple(points[order[i]]) for i in front([points[i] for i in order])}
        assert kept == {(3, 1), (1, 3), (2, 2)}
