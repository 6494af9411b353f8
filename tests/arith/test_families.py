"""Families of masked matrices mean what their formulas say."""

import numpy as np
import pytest

from hwgen.arith.exact import ExactMatrix
from hwgen.arith.heam import Heam
from hwgen.arith.matrix.column_masked import ColumnMasked
from hwgen.arith.matrix.perforated import Perforated
from hwgen.arith.matrix.posneg import PositiveNegative
from hwgen.arith.matrix.precision import Precision
from hwgen.arith.matrix.recursive import Recursive
from hwgen.arith.matrix.rounded_truncated import RoundedTruncated
from hwgen.arith.matrix.scalable import Scalable
from hwgen.arith.matrix.switched import Switched
from hwgen.arith.matrix.truncated import Truncated, TruncatedSteps
from hwgen.arith.metrics import measure
from hwgen.arith.operand import S8, U8, OperandKind

A, W = U8.values[:, None], S8.values[None, :]
KINDS = [{"a_kind": a, "w_kind": w} for a in (U8, S8) for w in (U8, S8)]


def test_perforated_leaves_out_low_bits_of_both_operands():
    multiplier = Perforated(a_rows=3, w_rows=1)
    assert np.array_equal(multiplier.table(), (A - A % 8) * (W - W % 2))


def test_precision_rounds_half_up_without_wrapping():
    multiplier = Precision(a_bits=6, w_bits=5)
    a = np.floor(A / 4 + 0.5) * 4
    w = np.floor(W / 8 + 0.5) * 8
    assert (a.max(), w.max()) == (256, 128)
    assert np.array_equal(multiplier.table(), a * w)


def test_truncated_loses_the_low_triangle():
    a, w = U8.values[:, None], U8.values[None, :]
    lost = sum(((a >> i) & 1) * (w % (1 << (6 - i))) << i for i in range(6))
    assert np.array_equal(Truncated(w_kind=U8, cut=6).table(), a * w - lost)


def test_truncated_leaves_out_rows_of_what_is_left():
    truncated = Truncated(cut=7)
    both = Truncated(cut=7, a_rows=2, w_rows=3)
    assert np.array_equal(both.table(), truncated.compute(A - A % 4, W - W % 8))


@pytest.mark.parametrize("kinds", KINDS)
@pytest.mark.parametrize(
    ("family", "parameters"),
    [
        (Truncated, {"cut": 4}),
        (Truncated, {"cut": 9, "a_rows": 2, "w_rows": 3}),
        (RoundedTruncated, {"a_bits": 4, "w_bits": 6, "cut": 7}),
        (RoundedTruncated, {"a_bits": 4, "w_bits": 6, "cut": 7, "midpoint": True}),
        (Recursive, {"a_low": 3, "w_low": 4}),
        (Recursive, {"a_low": 7, "w_low": 7}),
    ],
)
def test_compensation_adds_the_mean_of_what_is_lost(kinds, family, parameters):
    plain = family(**kinds, **parameters)
    compensated = family(**kinds, **parameters, compensated=True)
    added = compensated.table() - plain.table()
    assert added.min() == added.max() == round(measure(plain).mean)


@pytest.mark.parametrize("kinds", KINDS)
def test_recursive_loses_low_times_low(kinds):
    a, w = kinds["a_kind"].values[:, None], kinds["w_kind"].values[None, :]
    multiplier = Recursive(**kinds, a_low=3, w_low=5)
    assert np.array_equal(multiplier.table(), a * w - (a % 8) * (w % 32))


def test_rounded_truncated_loses_low_product_bits_of_the_rounded_product():
    uncut = RoundedTruncated(a_bits=5, w_bits=6, cut=0)
    assert np.array_equal(uncut.table(), Precision(a_bits=5, w_bits=6).table())
    # Bits 2 of a and 1 of w round, with twice their weight; a bit below them is left out anyway.
    a, w = U8.values[:, None], U8.values[None, :]
    columns = [(i, j) for i in range(2, 8) for j in range(1, 8) if i + j < 6]
    lost = sum(((a >> i) & 1) * ((w >> j) & 1) << (i + j + (i == 2) + (j == 1)) for i, j in columns)
    cut = RoundedTruncated(w_kind=U8, a_bits=5, w_bits=6, cut=6)
    whole = RoundedTruncated(w_kind=U8, a_bits=5, w_bits=6, cut=0)
    assert np.array_equal(whole.table() - cut.table(), lost)


@pytest.mark.parametrize(
    ("level", "mean", "std", "wce"),
    [
        (0, 0, 0, 0),
        (1, 0.25, 0.43, 1),
        (7, 0.27, 4.0, 13),
        (15, 0.30, 9.9, 37),
        (31, 4.4, 23.0, 101),
        (63, 20.5, 51.9, 261),
        (127, 68.7, 114, 645),
        (255, 197, 249, 1541),
    ],
)
def test_column_masks_of_nine_signed_bits_have_the_published_errors(level, mean, std, wce):
    kind = OperandKind(9, True)
    metrics = measure(ColumnMasked(a_kind=kind, w_kind=kind, levels=(level,)))
    assert metrics.mean == pytest.approx(mean, rel=0.01, abs=0.005)
    assert metrics.std == pytest.approx(std, rel=0.006, abs=0.005)
    assert metrics.wce == wce
    assert metrics.is_zero_preserving


def test_column_masks_put_a_constant_in_place_of_columns_from_2_up():
    multiplier = ColumnMasked(levels=(0, 0b1010))
    lost = sum(
        ((A >> i) & (W >> j) & 1) << (i + j) for i in range(8) for j in range(8) if i + j in (1, 3)
    )
    assert multiplier.modes == ("level0", "level10")
    assert np.array_equal(multiplier.table(0), A * W)
    assert np.array_equal(multiplier.table(1), np.where(A * W == 0, 0, A * W - lost + 8))


def test_column_masks_have_256_levels():
    multiplier = ColumnMasked()
    assert (len(multiplier.modes), multiplier.mode_width) == (256, 8)
    assert multiplier.modes[255] == "level255"


@pytest.mark.parametrize("kinds", KINDS)
def test_a_midpoint_stands_for_what_the_activation_loses(kinds):
    a, w = kinds["a_kind"].values[:, None], kinds["w_kind"].values[None, :]
    multiplier = RoundedTruncated(**kinds, a_bits=5, w_bits=8, cut=0, midpoint=True)
    assert np.array_equal(multiplier.table(), (a - a % 8 + 4) * w)
    whole = RoundedTruncated(**kinds, a_bits=8, w_bits=8, cut=0, midpoint=True)
    assert np.array_equal(whole.table(), a * w)


def test_truncated_steps_are_truncated_multipliers():
    steps = TruncatedSteps(cuts=(2, 5, 8))
    for mode, cut in enumerate((2, 5, 8)):
        assert np.array_equal(steps.table(mode), Truncated(cut=cut).table())
    assert steps.modes == ("cut2", "cut5", "cut8")


def test_positive_and_negative_modes_err_by_the_published_formulas():
    multiplier, x = PositiveNegative(rows=3), A % 8
    ze, pe, ne = (A * W - multiplier.table(mode) for mode in range(3))
    assert not ze.any()
    assert np.array_equal(pe, W * x)
    assert np.array_equal(ne, W * (x - 7))


def test_modes_of_a_switched_multiplier_are_its_members():
    members = (
        ExactMatrix(),
        Truncated(cut=6, compensated=True),
        RoundedTruncated(a_bits=6, w_bits=5, cut=6),
    )
    multiplier = Switched(names=("exact", "c6", "6x5"), members=members)
    assert multiplier.modes == ("exact", "c6", "6x5")
    for mode, member in enumerate(members):
        assert np.array_equal(multiplier.table(mode), member.table())


def test_scalable_steps_freeze_operand_bits():
    multiplier = Scalable(steps=((0, 0), (4, 2)))
    assert multiplier.modes == ("8x8", "4x6")
    assert np.array_equal(multiplier.table(0), A * W)
    assert np.array_equal(multiplier.table(1), (A - A % 16) * (W - W % 4))


def test_a_cut_holds_in_every_mode_of_a_scalable_multiplier():
    multiplier = Scalable(steps=((0, 0), (2, 0)), cut=6)
    truncated = Truncated(cut=6)
    assert np.array_equal(multiplier.table(0), truncated.table())
    assert np.array_equal(multiplier.table(1), truncated.compute(A - A % 4, W))


def test_heam_has_the_published_error():
    metrics = measure(Heam())
    assert metrics.mean == pytest.approx(44.25)
    assert metrics.std == pytest.approx(177.8, abs=0.05)
    assert 100 * metrics.nmed == pytest.approx(0.211, abs=0.0005)
    assert 100 * metrics.mre == pytest.approx(4.05, abs=0.005)
    error = np.multiply.outer(U8.values, U8.values) - Heam().table()
    assert (error.min(), error.max()) == (-448, 785)
