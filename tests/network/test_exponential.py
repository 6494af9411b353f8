"""Tables of exponentials are the nearest integers, or gemmlowp's."""

import math
import re
from fractions import Fraction

import numpy as np
import pytest

from hwgen.network.exponential import exponentials, gemmlowp_exponentials, probability
from hwgen.network.graph import Rescale

DISTANCES = np.arange(256)


@pytest.mark.parametrize("scale", [0.1, 1e-3, 3.7, 2.0**-8])
def test_exponentials_are_the_nearest(scale):
    table = exponentials(scale)
    assert table.dtype == np.int32
    assert table[0] == 1 << 24
    assert np.abs(table - np.exp(-scale * DISTANCES) * 2**24).max() <= 0.5 + 1e-6


@pytest.mark.parametrize(("multiplier", "left"), [(1 << 30, 23), (1242876543, 24), (1 << 30, 27)])
def test_gemmlowps_exponentials_are_close_to_true_ones(multiplier, left):
    table = gemmlowp_exponentials(multiplier, left)
    factor = multiplier * 2.0 ** (left - 31 - 26)
    assert table[0] == (1 << 31) - 1
    assert np.abs(table * 2.0**-31 - np.exp(-factor * DISTANCES)).max() < 1e-6


def test_gemmlowps_exponentials_of_the_farthest_count_as_none():
    """31 in Q5.26 is the reach; a distance of 1 is 4 in the shifted code."""
    table = gemmlowp_exponentials(1 << 30, 29)
    assert table[3] > 0
    assert (table[4:] == 0).all()


@pytest.mark.parametrize(("scale", "channels"), [(1 / 256, 10), (1 / 255, 1000), (1.0, 12)])
def test_probabilities_become_codes_by_many_bits_and_fit(scale, channels):
    found = probability(scale, channels)
    exact = Fraction(1) / Fraction(scale)
    assert abs(Fraction(found.multiplier, 1 << found.right) / exact - 1) < Fraction(1, 1 << 23)
    largest = channels << 24 << found.right  # the divisor, doubled when a rest is compared
    assert 2 * largest < 1 << 63
    assert found.multiplier << 24 < 1 << 62


def test_a_power_of_two_is_exact():
    assert probability(1 / 256, 10) == Rescale(1 << 30, 0, 22)


def test_a_scale_that_leaves_too_few_bits_is_refused():
    spare = 62 - 24 - 10
    rule = f"the scale of a Softmax over 1000 channels must be at most 2**{spare - 23}, not 100"
    with pytest.raises(ValueError, match=rf"^{re.escape(rule)}$"):
        probability(100.0, 1000)
    assert math.isclose(probability(16.0, 1000).multiplier * 16, 2**28)
