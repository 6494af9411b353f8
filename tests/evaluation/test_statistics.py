"""Intervals against published figures, and against how often they hold the truth."""

import numpy as np
import pytest

from hwgen.errors import DataError
from hwgen.evaluation.statistics import paired_difference, wilson


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17, 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_of_a_proportion_are_those_of_the_literature(hits, count, low, high):
    found = wilson(hits, count)
    assert found == pytest.approx((low, high), abs=5e-5)
    assert wilson(count - hits, count) == pytest.approx((1 - found.high, 1 - found.low))


def test_an_interval_of_a_proportion_ends_at_all():
    assert wilson(5, 5).high == 1.0
    assert 0 < wilson(5, 5).low < 1


def test_a_difference_has_half_an_observation_in_every_cell():
    found = paired_difference(20, 5, 100)
    half = 1.959964 * ((20 + 5 + 1 - 15**2 / 102) ** 0.5) / 102
    assert found == pytest.approx((15 / 102 - half, 15 / 102 + half))
    mirrored = paired_difference(5, 20, 100)
    assert mirrored == pytest.approx((-found.high, -found.low))


def test_equal_networks_leave_little_doubt():
    found = paired_difference(0, 0, 10_000)
    assert found.low == -found.high
    assert 1e-4 < found.high < 2.1e-4


def test_the_difference_is_covered_as_often_as_promised():
    rng = np.random.default_rng(1)
    lost, won = 0.06, 0.02
    draws = rng.multinomial(500, [lost, won, 1 - lost - won], 4000)
    held = [
        low <= lost - won <= high
        for low, high in (paired_difference(int(x), int(y), 500) for x, y, _ in draws)
    ]
    assert 0.93 < np.mean(held) < 0.97


@pytest.mark.parametrize("numbers", [(0, 0), (3, 2), (-1, 4)])
def test_what_is_no_proportion_is_refused(numbers):
    with pytest.raises(DataError, match=r"^a proportion must be of at least one, not "):
        wilson(*numbers)


@pytest.mark.parametrize("numbers", [(0, 0, 0), (3, 2, 4), (-1, 1, 4)])
def test_what_is_no_difference_is_refused(numbers):
    with pytest.raises(DataError, match=r"^a difference must be of at least one, not "):
        paired_difference(*numbers)
