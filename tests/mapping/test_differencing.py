"""Number partitioning by the largest differencing method."""

from itertools import product

import numpy as np
import pytest

from hwgen.mapping.differencing import largest_differencing


def test_the_textbook_example():
    """4 to 8: differences 1, 1 and 4, then 1, then 2 are left; the best partition leaves 0."""
    numbers = np.array([8, 7, 6, 5, 4])
    signs = largest_differencing(numbers)
    assert signs[0] == 1
    assert abs(signs @ numbers) == 2


@pytest.mark.parametrize("numbers", [[], [3.0], [0, 0, 0], [5, 5], [5, 5, 5, 5], [9, 4, 5]])
def test_easy_sets_are_parted_as_well_as_can_be(numbers):
    signs = largest_differencing(numbers)
    best = min(abs(np.dot(x, numbers)) for x in product((1, -1), repeat=len(numbers)))
    assert abs(np.dot(signs, numbers)) == best
    assert set(signs) <= {1, -1}


def test_the_sum_is_at_most_the_largest_number():
    rng = np.random.default_rng(1)
    for _ in range(200):
        numbers = rng.exponential(size=rng.integers(1, 20))
        assert abs(largest_differencing(numbers) @ numbers) <= numbers.max() + 1e-9


def test_a_large_filter_is_balanced_to_a_unit():
    """Random signs leave some 2,500."""
    numbers = np.random.default_rng(2).normal(128, 25, 576).round()
    assert abs(largest_differencing(numbers) @ numbers) <= 1
