"""Error metrics, against figures worked out by hand."""

from dataclasses import dataclass

import numpy as np
import pytest

from hwgen.arith.exact import Exact
from hwgen.arith.metrics import measure
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import U8, OperandKind
from hwgen.arith.perforated import Perforated
from hwgen.arith.posneg import PositiveNegative
from hwgen.errors import SpecError

BIT = OperandKind(1, False)
BAD_COUNTS = r"^histogram w_histogram must hold finite counts, none negative and not all 0, "


@dataclass(frozen=True)
class Wrong(Multiplier):
    """Products of single bits as the table ``[[0, 1], [3, 2]]`` has them."""

    a_kind = BIT
    w_kind = BIT

    def compute(self, a, w, mode=0):
        return np.array([[0, 1], [3, 2]])[a, w]

    def create(self):
        raise AssertionError("metrics need no circuit")


def test_every_figure_of_a_small_table():
    metrics = measure(Wrong())  # errors [[0, -1], [-3, -1]], one nonzero exact product
    assert metrics.mean == -1.25
    assert metrics.variance == pytest.approx(1.1875)
    assert metrics.std == pytest.approx(1.1875**0.5)
    assert metrics.residual_std == pytest.approx(1.125**0.5)
    assert (metrics.mae, metrics.nmed, metrics.wce) == (1.25, 1.25, 3)
    assert (metrics.mre, metrics.error_probability) == (1.0, 0.75)
    assert not metrics.is_zero_preserving
    assert metrics.is_commutative is False


def test_histograms_weigh_the_pairs():
    metrics = measure(Wrong(), a_histogram=[3, 1], w_histogram=[0, 2])
    assert metrics.mean == -1.0
    assert metrics.variance == 0.0
    joint = measure(Wrong(), joint=[[0, 3], [0, 1]])
    assert joint == metrics


def test_no_relative_error_where_all_exact_products_are_zero():
    assert measure(Wrong(), a_histogram=[1, 0]).mre == 0.0


def test_an_exact_multiplier_has_no_error():
    metrics = measure(Exact())
    assert (metrics.mean, metrics.std, metrics.mae, metrics.wce) == (0.0, 0.0, 0.0, 0)
    assert metrics.is_zero_preserving
    assert metrics.is_commutative is None
    assert measure(Exact(w_kind=U8)).is_commutative is True


def test_modes_and_asymmetry_are_told_apart():
    multiplier = PositiveNegative(w_kind=U8, rows=2)
    modes = [measure(multiplier, mode) for mode in range(3)]
    assert [x.mean for x in modes] == [0.0, 1.5 * 127.5, -1.5 * 127.5]
    assert [x.is_zero_preserving for x in modes] == [True, True, False]
    assert [x.is_commutative for x in modes] == [True, False, False]


def test_residual_is_what_a_bias_update_leaves():
    metrics = measure(Perforated(a_rows=2))
    spread = np.arange(4).std()
    assert metrics.residual_std == pytest.approx(
        spread * np.sqrt(np.mean(np.arange(-128, 128) ** 2.0))
    )


@pytest.mark.parametrize(
    ("histograms", "message"),
    [
        (
            {"a_histogram": [1, 2, 3]},
            r"^histogram a_histogram must have shape \(2,\), not \(3,\)$",
        ),
        ({"joint": [1, 2]}, r"^histogram joint must have shape \(2, 2\), not \(2,\)$"),
        (
            {"w_histogram": [-1, 2]},
            BAD_COUNTS + r"not -1.0 to 2.0$",
        ),
        (
            {"w_histogram": [0, 0]},
            BAD_COUNTS + r"not 0.0 to 0.0$",
        ),
        (
            {"joint": np.ones((2, 2)), "a_histogram": [1, 1]},
            r"^joint histogram must come alone, not with a_histogram or w_histogram$",
        ),
    ],
)
def test_histograms_that_do_not_fit_are_refused(histograms, message):
    with pytest.raises(SpecError, match=message):
        measure(Wrong(), **histograms)
