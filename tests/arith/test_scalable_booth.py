"""Booth rows of several modes: each mode is a truncated Booth multiplier."""

import numpy as np
import pytest

from hwgen.arith.booth.scalable_booth import ScalableBooth
from hwgen.arith.booth.truncated_booth import TruncatedBooth
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError


def test_leaving_out_digits_rounds_the_weight():
    multiplier = ScalableBooth(steps=((0, 0), (1, 2)))
    assert multiplier.modes == ("8x8", "6x6")
    a, w = multiplier.a_kind.values, multiplier.w_kind.values
    assert np.array_equal(multiplier.table(0), np.multiply.outer(a, w))
    rounded = (w + 2 >> 2) << 2
    assert np.array_equal(multiplier.table(1), np.multiply.outer(a >> 2 << 2, rounded))


def test_every_mode_is_a_truncated_booth_multiplier():
    kinds = {"a_kind": OperandKind(6, True), "w_kind": OperandKind(7, False), "cut": 5}
    multiplier = ScalableBooth(**kinds, steps=((0, 1), (1, 1), (2, 3)))
    for mode, (a_bits, w_bits) in enumerate(((5, 7), (5, 5), (3, 3))):
        fixed = TruncatedBooth(**kinds, a_bits=a_bits, w_bits=w_bits)
        assert np.array_equal(multiplier.table(mode), fixed.table())


@pytest.mark.parametrize("steps", [((0, 0),), ((1, 0), (0, 0)), ((0, 0), (0, 0))])
def test_steps_begin_with_the_smallest_and_differ(steps):
    with pytest.raises(SpecError, match="must be two or more that differ, the smallest first"):
        ScalableBooth(steps=steps)


def test_a_step_leaves_a_digit():
    message = "^ScalableBooth weight step must be an integer from 0 to 3, not 4$"
    with pytest.raises(SpecError, match=message):
        ScalableBooth(steps=((0, 0), (4, 0)))
