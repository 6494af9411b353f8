"""Both roundings, against scalar definitions in Python's unbounded integers."""

from fractions import Fraction

import numpy as np
import pytest

from hwgen.golden import requantize
from hwgen.golden.requantize import doubling_high_multiply, rounding_shift, wrap
from hwgen.network.graph import Rescale

TOP, BOTTOM = 2**31 - 1, -(2**31)
CORNERS = [0, 1, -1, 2, -2, 3, -3, 127, -128, 255, 1 << 30, -(1 << 30), TOP - 1, TOP, BOTTOM]
RNG = np.random.default_rng(0)
VALUES = [
    *CORNERS,
    *(int(x) for x in RNG.integers(BOTTOM, TOP, 200, endpoint=True)),
    *(int(x) for x in RNG.integers(-2000, 2000, 200)),
]


def c_divide(numerator, denominator):
    """Integer division of C: towards zero."""
    quotient = abs(numerator) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def saturating_rounding_doubling_high_mul(a, b):
    """gemmlowp fixedpoint.h, for std::int32_t."""
    overflow = a == b == BOTTOM
    ab = a * b
    nudge = (1 << 30) if ab >= 0 else 1 - (1 << 30)
    return TOP if overflow else c_divide(ab + nudge, 1 << 31)


def rounding_divide_by_pot(x, exponent):
    """gemmlowp fixedpoint.h."""
    mask = (1 << exponent) - 1
    remainder = x & mask
    threshold = (mask >> 1) + (1 if x < 0 else 0)
    return (x >> exponent) + (1 if remainder > threshold else 0)


def as_int32(x):
    return (x + (1 << 31)) % (1 << 32) - (1 << 31)


def once(x, rescale):
    """The exact product, rounded once by Fraction's own rounding: ties to even."""
    return max(BOTTOM, min(TOP, round(Fraction(x * rescale.multiplier, 1 << rescale.right))))


def twice(x, rescale):
    """TFLite's MultiplyByQuantizedMultiplier with double rounding."""
    shifted = as_int32(x << rescale.left)
    high = saturating_rounding_doubling_high_mul(shifted, rescale.multiplier)
    return rounding_divide_by_pot(high, rescale.right)


@pytest.mark.parametrize("multiplier", [0, 1, 3, 1 << 30, (1 << 30) + 1, 1431655765, TOP])
@pytest.mark.parametrize("right", [0, 1, 2, 8, 30, 31, 32, 40, 62])
def test_single_rounding_rounds_the_exact_product_once(multiplier, right):
    rescale = Rescale(multiplier, 0, right)
    found = requantize(np.array(VALUES), rescale, "single")
    assert found.tolist() == [once(x, rescale) for x in VALUES]


@pytest.mark.parametrize("multiplier", [0, 1, 3, 1 << 30, (1 << 30) + 1, 1431655765, TOP])
@pytest.mark.parametrize(("left", "right"), [(0, 0), (0, 1), (0, 7), (0, 31), (3, 0), (20, 4)])
def test_double_rounding_is_gemmlowps(multiplier, left, right):
    rescale = Rescale(multiplier, left, right)
    found = requantize(np.array(VALUES), rescale, "double")
    assert found.tolist() == [twice(x, rescale) for x in VALUES]


@pytest.mark.parametrize("multiplier", [*CORNERS, 1431655765, -1431655765])
def test_the_doubling_high_multiply_is_gemmlowps_for_every_sign(multiplier):
    found = doubling_high_multiply(np.array(VALUES), np.array(multiplier))
    assert found.tolist() == [saturating_rounding_doubling_high_mul(x, multiplier) for x in VALUES]


def test_the_doubling_high_multiply_saturates_in_one_case():
    assert doubling_high_multiply(np.array(BOTTOM), np.array(BOTTOM)) == TOP


@pytest.mark.parametrize("right", [0, 1, 2, 5, 31])
def test_the_rounding_shift_is_gemmlowps(right):
    found = rounding_shift(np.array(VALUES), right)
    assert found.tolist() == [rounding_divide_by_pot(x, right) for x in VALUES]


def test_ties_go_to_even_or_away_from_zero():
    halves = np.array([-5, -3, -1, 1, 3, 5])
    assert requantize(halves, Rescale(1, 0, 1), "single").tolist() == [-2, -2, 0, 0, 2, 2]
    assert rounding_shift(halves, 1).tolist() == [-3, -2, -1, 1, 2, 3]


def test_single_rounding_saturates():
    found = requantize(np.array([TOP, BOTTOM]), Rescale(TOP, 0, 0), "single")
    assert found.tolist() == [TOP, BOTTOM]


def test_every_filter_has_its_own_factor():
    factors = [Rescale(1 << 30, 0, 30), Rescale(1 << 30, 0, 31), Rescale(1 << 30, 0, 32)]
    values = np.arange(24).reshape(2, 4, 3)
    found = requantize(values, factors, "single")
    assert found.tolist() == np.rint(values / [1, 2, 4]).tolist()


def test_accumulators_wrap():
    values = np.array([1 << 31, -(1 << 31) - 1, 5])
    assert wrap(values).tolist() == [as_int32(int(x)) for x in values] == [BOTTOM, TOP, 5]
