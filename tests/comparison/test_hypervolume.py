"""Hypervolume by hand-made fronts."""

import numpy as np
import pytest

from hwgen.comparison.hypervolume import growth, hypervolume
from hwgen.mapping.drop import Drop
from hwgen.mapping.outcome import Energy, Objectives, Outcome


def outcome(drop, energy, multiplications=10):
    return Outcome(
        drop=Drop(90.0, drop, drop, drop),
        margins=np.zeros(1),
        mapping=None,
        energy=None if energy is None else Energy(total=energy, convolutions=energy, total_pj=1.0),
        multiplications=multiplications,
        seconds=0.0,
    )


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], 0.0),
        ([(0.0, 0.0)], 1.0),
        ([(0.0, 0.5)], 0.5),
        ([(5.0, 0.0)], 0.5),
        ([(5.0, 0.2), (2.0, 0.6)], 0.4 * 0.8 + 0.4 * 0.5),
        ([(5.0, 0.2), (2.0, 0.6), (6.0, 0.3)], 0.4 * 0.8 + 0.4 * 0.5),  # dominated
        ([(-1.0, 0.5)], 0.5),  # winning accuracy is not rewarded
        ([(10.0, 0.1), (0.0, 1.0), (30.0, 0.0), (1.0, 1.2)], 0.0),  # beyond the reference
    ],
)
def test_dominated_share(points, expected):
    assert hypervolume([Objectives(*x) for x in points]) == pytest.approx(expected)


def test_growth_follows_the_answers_and_counts_probes():
    found = growth([outcome(5.0, 0.2), outcome(0.0, None, 3), outcome(6.0, 0.3), outcome(2.0, 0.6)])
    assert found.costs == (10, 13, 23, 33)
    assert found.values == pytest.approx((0.4, 0.4, 0.4, 0.52))
    assert [found.at(x) for x in (9, 10, 32, 33, 99)] == pytest.approx([0, 0.4, 0.4, 0.52, 0.52])


def test_growth_equals_the_hypervolume_of_all_points_so_far():
    rng = np.random.default_rng(0)
    points = [
        Objectives(*x) for x in zip(rng.uniform(0, 12, 60), rng.uniform(0, 1.1, 60), strict=True)
    ]
    found = growth([outcome(*x) for x in points])
    assert found.values == pytest.approx([hypervolume(points[: i + 1]) for i in range(60)])
