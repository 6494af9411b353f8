"""Fixed-point factors are as close as their bits allow, and never overflow."""

import math
import re

import numpy as np
import pytest

from hwgen.network.graph import Rescale
from hwgen.network.rescale import addition, single

FACTORS = [float(x) for x in np.exp2(np.random.default_rng(0).uniform(-30, 30, 200))]


@pytest.mark.parametrize("factor", [*FACTORS, 1.0, 0.5, 1 / 3, 2.0**30])
def test_a_factor_gets_a_multiplier_of_31_bits(factor):
    rescale = single(factor)
    assert 1 << 30 <= rescale.multiplier < 1 << 31
    assert rescale.left == 0
    assert 0 <= rescale.right <= 62
    assert math.isclose(math.ldexp(rescale.multiplier, -rescale.right), factor, rel_tol=2.0**-31)


def test_a_factor_that_rounds_up_to_a_power_of_two_keeps_31_bits():
    assert single(1 - 2.0**-40) == Rescale(1 << 30, 0, 30)


def test_a_tiny_factor_loses_bits_rather_than_shift_too_far():
    assert single(3 * 2.0**-60) == Rescale(12, 0, 62)


@pytest.mark.parametrize(
    ("factor", "text"), [(2.0**31, "2.14748e+09"), (0.0, "0"), (math.inf, "inf"), (1e-30, "1e-30")]
)
def test_a_factor_out_of_reach_is_refused(factor, text):
    rule = rf"^the factor between scales must be from 2\*\*-62 to 2\*\*31, not {re.escape(text)}$"
    with pytest.raises(ValueError, match=rule):
        single(factor)


@pytest.mark.parametrize("first", [1.0, 0.3, 7.7, 1e-3])
@pytest.mark.parametrize("second", FACTORS[:20])
def test_sums_of_rescaled_operands_fit_into_32_bits_and_use_them(first, second):
    if first + second >= 2.0**22:
        first, second = first / second, 1.0
    (a, b), total = addition(first, second)
    largest = 255 * (a.multiplier + b.multiplier)
    assert (1 << 30) - 512 <= largest <= 1 << 31
    assert total.multiplier == 1
    for operand, factor in ((a, first), (b, second)):
        assert (operand.left, operand.right) == (0, 0)
        assert abs(math.ldexp(operand.multiplier, -total.right) - factor) <= 2.0 ** (
            -total.right - 1
        )


def test_equal_scales_add_up_exactly():
    (a, b), total = addition(1.0, 1.0)
    assert (a, b, total) == (Rescale(1 << 22, 0, 0), Rescale(1 << 22, 0, 0), Rescale(1, 0, 22))


def test_operands_out_of_reach_are_refused():
    with pytest.raises(
        ValueError,
        match=r"^the factors between scales must add up to 2\*\*-22 to 2\*\*22, not 4.1943e\+06$",
    ):
        addition(2.0**21, 2.0**21)
