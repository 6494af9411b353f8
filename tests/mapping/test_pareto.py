import itertools

import numpy as np
import pytest

from hwgen.mapping.pareto import front, hypervolume


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


def dominated_share(points, reference, steps=400):
    """Of a grid's cells between 0 and the reference, those whose middle some point dominates."""
    middles = [(np.arange(steps) + 0.5) * limit / steps for limit in reference]
    hit = np.zeros((steps, steps), bool)
    for x, y in points:
        hit |= (middles[0][:, None] >= x) & (middles[1][None] >= y)
    return hit.mean()


@pytest.mark.parametrize("seed", range(5))
def test_hypervolume_is_the_area_that_points_dominate(seed):
    reference = (10.0, 1.0)
    steps = 400
    cells = np.random.default_rng(seed).integers(0, 1.3 * steps, size=(12, 2))
    points = cells * np.array(reference) / steps  # on the grid's lines, so that it is exact
    found = hypervolume(points)
    assert found == pytest.approx(10 * dominated_share(points, reference, steps))
    assert hypervolume(points[::-1]) == pytest.approx(found)
    assert hypervolume(np.tile(points, (2, 1))) == pytest.approx(found)
    assert hypervolume(points[front(points)]) == pytest.approx(found)


@pytest.mark.parametrize(
    ("points", "wanted"),
    [
        ([], 0.0),
        ([(0, 0)], 10.0),
        ([(4, 0.5)], 3.0),
        ([(4, 0.5), (2, 0.75)], 3.5),
        ([(10, 0.2), (3, 1.0), (12, 0.1), (1, 1.5)], 0.0),
        ([(-2, 0.5)], 5.0),
        ([(-2, 0.5), (-1, 0.25)], 7.5),
    ],
)
def test_hypervolume_of_points_on_and_beyond_the_edges(points, wanted):
    assert hypervolume(points) == pytest.approx(wanted)


def test_hypervolume_goes_up_to_the_reference():
    assert hypervolume([(1, 1)], reference=(3, 4)) == pytest.approx(6.0)


def test_hypervolume_of_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match=r"^points must be finite, not \[\(nan, 1\)\]$"):
        hypervolume([(float("nan"), 1)])
