"""TFLite's factors, and that they round as its kernels do."""

import math
import re

import numpy as np
import pytest

from hwgen.golden.requantize import requantize
from hwgen.network.graph import Rescale
from hwgen.network.tflite.multiplier import addition, division, fixed_point, mean, quantized
from hwgen.network.tflite.once import rounded_away


def away(x):
    """To the nearest, ties away from zero."""
    whole = np.trunc(x)
    return whole + np.sign(x) * (np.abs(x - whole) >= 0.5)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (1.0, Rescale(1 << 30, 1, 0)),
        (0.75, Rescale(3 << 29, 0, 0)),
        (0.001, Rescale(1099511628, 0, 9)),
        (1 - 2.0**-40, Rescale(1 << 30, 1, 0)),  # rounds up to a power of two
        (2.0**-33, Rescale(0, 0, 0)),
    ],
)
def test_factors_are_quantize_multipliers(factor, expected):
    assert quantized(factor) == expected


@pytest.mark.parametrize("factor", [2.0**30, 0.0, math.inf, math.nan])
def test_factors_that_tflite_does_not_shift_by_are_refused(factor):
    rule = rf"^the factor between scales must be from 0 to 2\*\*30, not {re.escape(f'{factor:g}')}$"
    with pytest.raises(ValueError, match=rule):
        quantized(factor)


def test_the_factor_of_softmax_may_use_all_bits():
    assert fixed_point(2.0**31 - 1) == ((1 << 31) - 1, 31)


@pytest.mark.parametrize("counts", [range(1, 257), (300, 361, 529, 784, 1000, 1024, 3136, 12544)])
def test_a_division_is_exact_for_every_sum(counts):
    """Every sum of ``count`` s8 codes, against integer division as TFLite has it."""
    for count in counts:
        sums = np.arange(-128 * count, 127 * count + 1)
        expected = np.sign(sums) * ((np.abs(sums) + count // 2) // count)
        np.testing.assert_array_equal(requantize(sums, division(count), "double"), expected)


def test_a_division_by_too_many_is_refused():
    with pytest.raises(
        ValueError, match=r"^an average must be over at most 2\*\*23 values, not 16777217$"
    ):
        division((1 << 24) + 1)


def test_a_mean_cuts_its_multiplier_off():
    assert mean(1.0, 1) == Rescale(1 << 30, 1, 0)
    assert mean(1.0, 7) == Rescale((1 << 32) // 7, 0, 1)
    assert mean(0.001, 49) == Rescale((1099511628 << 5) // 49, 0, 14)


def test_a_sum_shifts_its_operands_left_by_20():
    operands, total = addition(0.25, 0.5, 0.5)
    assert operands == (Rescale(1 << 30, 20, 1), Rescale(1 << 30, 20, 0))
    assert total == Rescale(1 << 30, 0, 18)


def test_a_sum_that_would_grow_too_much_is_refused():
    rule = r"^the scales of a sum must be at most 2\*\*19 output scales, not 1e\+06$"
    with pytest.raises(ValueError, match=rule):
        addition(1.0, 0.5, 1e-6)


FACTORS = [float(x) for x in np.exp2(np.random.default_rng(0).uniform(-11, 2, 60))]


@pytest.mark.parametrize("factor", [*FACTORS, *(2.0**-n for n in range(12)), 1.5, 0.75, 3.0])
def test_rounding_once_is_rounding_in_double_precision(factor):
    """For every accumulator that is not clamped, ties included."""
    reach = math.ceil(256 / factor) + 2
    accumulators = np.arange(-reach, reach + 1)
    expected = np.clip(away(accumulators * factor), -203, 52)
    found = requantize(accumulators, rounded_away(factor, -203, 52), "single")
    np.testing.assert_array_equal(np.clip(found, -203, 52), expected)


def test_the_nearest_multiplier_stays_where_none_rounds_like_tflite():
    """Seeded factors of which at least one has no such multiplier."""
    rng = np.random.default_rng(1)
    missed = 0
    for factor in np.exp2(rng.uniform(-20, -19, 20)):
        found = rounded_away(float(factor), -128, 127)
        assert abs(math.ldexp(found.multiplier, -found.right) / factor - 1) < 2.0**-24
        results = np.arange(-127, 128)
        firsts = np.ceil((results - 0.5) / factor).astype(np.int64)
        missed += not np.array_equal(requantize(firsts, found, "single"), results)
    assert missed
