"""Booth rows without their low columns: what is lost, and of which sign."""

from itertools import product

import numpy as np
import pytest

from hwgen.arith.booth.truncated_booth import TruncatedBooth
from hwgen.arith.metrics import measure
from hwgen.arith.operand import S8, U8
from hwgen.errors import SpecError

KINDS = list(product((U8, S8), repeat=2))
each_kinds = pytest.mark.parametrize(("a_kind", "w_kind"), KINDS)


def exact(multiplier):
    return np.multiply.outer(multiplier.a_kind.values, multiplier.w_kind.values)


@each_kinds
@pytest.mark.parametrize("encoded", ["a", "w"])
def test_nothing_left_out_is_exact(a_kind, w_kind, encoded):
    multiplier = TruncatedBooth(a_kind=a_kind, w_kind=w_kind, a_bits=8, w_bits=8, encoded=encoded)
    assert np.array_equal(multiplier.table(), exact(multiplier))


@each_kinds
def test_the_encoded_operand_is_rounded_half_up(a_kind, w_kind):
    multiplier = TruncatedBooth(a_kind=a_kind, w_kind=w_kind, a_bits=8, w_bits=5)
    rounded = (w_kind.values + 4 >> 3) << 3
    assert np.array_equal(multiplier.table(), np.multiply.outer(a_kind.values, rounded))


@each_kinds
def test_the_other_operand_is_cut_off_or_set_to_the_midpoint(a_kind, w_kind):
    kinds = {"a_kind": a_kind, "w_kind": w_kind, "w_bits": 8}
    low = a_kind.values >> 3 << 3
    cut = TruncatedBooth(**kinds, a_bits=5)
    middle = TruncatedBooth(**kinds, a_bits=5, midpoint=True)
    assert np.array_equal(cut.table(), np.multiply.outer(low, w_kind.values))
    assert np.array_equal(middle.table(), np.multiply.outer(low + 4, w_kind.values))


@each_kinds
def test_compensation_adds_the_mean_error(a_kind, w_kind):
    parameters = {"a_kind": a_kind, "w_kind": w_kind, "a_bits": 5, "w_bits": 3, "cut": 9}
    plain = TruncatedBooth(**parameters)
    compensated = TruncatedBooth(**parameters, compensated=True)
    added = compensated.table() - plain.table()
    assert added.min() == added.max() == round(measure(plain).mean)


@each_kinds
@pytest.mark.parametrize("cut", [1, 4, 7, 11])
def test_every_row_loses_less_than_the_cut_column(a_kind, w_kind, cut):
    multiplier = TruncatedBooth(a_kind=a_kind, w_kind=w_kind, a_bits=8, w_bits=8, cut=cut)
    rows = len(range(0, 8 + (not w_kind.signed), 2))
    error = exact(multiplier) - multiplier.table()
    assert 0 < np.abs(error).max() < rows << cut
    assert not multiplier.table()[exact(multiplier) == 0].any()


def test_what_is_lost_of_a_row_has_the_sign_of_its_digit():
    multiplier = TruncatedBooth(a_bits=8, w_bits=8, cut=6)
    error = exact(multiplier) - multiplier.table()
    one_digit = [1, 4, 16, 64]  # weights of one positive digit
    assert (error[:, one_digit] >= 0).all()
    assert np.array_equal(error[:, one_digit], -error[:, [256 - w for w in one_digit]])


def test_the_mean_of_each_weight_is_most_of_the_error():
    error = measure(TruncatedBooth(a_bits=8, w_bits=8, cut=7))
    assert error.residual_std < 0.65 * error.std


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"a_bits": 9}, "TruncatedBooth a_bits must be an integer from 1 to 8, not 9"),
        ({"w_bits": 0}, "TruncatedBooth w_bits must be an integer from 1 to 8, not 0"),
        ({"cut": 15}, "TruncatedBooth cut must be an integer from 0 to 14, not 15"),
        ({"encoded": "b"}, "TruncatedBooth encoded must be one of a, w, not 'b'"),
    ],
)
def test_parameters_out_of_range_are_refused(wrong, message):
    with pytest.raises(SpecError, match=f"^{message}$"):
        TruncatedBooth(**{"a_bits": 8, "w_bits": 8} | wrong)
