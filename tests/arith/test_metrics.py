"""Error metrics, against figures worked out by hand."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from hwgen.arith.exact import Exact
from hwgen.arith.matrix.perforated import Perforated
from hwgen.arith.matrix.posneg import PositiveNegative
from hwgen.arith.metrics import measure
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import U8, OperandKind

BIT = OperandKind(1, False)


@dataclass(frozen=True)
class Wrong(Multiplier):
    """Products of single bits as the table ``[[0, 1], [3, 2]]`` has them."""

    a_kind = BIT
    w_kind = BIT

    def compute(self, a, w, mode=0):
        return np.array([[0, 1], [3, 2]])[a, w]

    def create(self):
        raise AssertionError("metrics need no circuit")


@dataclass(frozen=True, eq=False)
class Table(Multiplier):
    """Products as a table by raw codes has them."""

    name: str
    products: np.ndarray
    signed: bool

    a_kind = w_kind = property(lambda self: OperandKind(8, self.signed))

    def compute(self, a, w, mode=0):
        return self.products[self.a_kind.encode(a), self.w_kind.encode(w)]

    def create(self):
        raise AssertionError("metrics need no circuit")


def test_every_figure_of_a_small_table():
    metrics = measure(Wrong())  # errors [[0, -1], [-3, -1]], one nonzero exact product
    assert metrics.mean == -1.25
    assert metrics.variance == pytest.approx(1.1875)
    assert metrics.std == pytest.approx(1.1875**0.5)
    assert metrics.residual_std == pytest.approx(1.125**0.5)
    assert (metrics.mae, metrics.nmed, metrics.wce) == (1.25, 1.25, 3)
    assert (metrics.mre, metrics.wcre, metrics.error_probability) == (1.0, 1.0, 0.75)
    assert metrics.mre_all == 1.25  # of 0, 1, 3 and 1, as no exact product exceeds 1
    assert metrics.mse == pytest.approx(2.75)
    assert not metrics.is_zero_preserving
    assert metrics.is_commutative is False


def test_histograms_weigh_the_pairs():
    metrics = measure(Wrong(), a=[3, 1], w=[0, 2])
    assert metrics.mean == -1.0
    assert metrics.variance == 0.0
    joint = measure(Wrong(), joint=[[0, 3], [0, 1]])
    assert joint == metrics


def test_no_relative_error_where_all_exact_products_are_zero():
    assert measure(Wrong(), a=[1, 0]).mre == 0.0


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


@pytest.fixture(scope="module")
def library():
    """EvoApproxLib's tables and published figures, where the environment says they are."""
    folder = Path(os.environ.get("EVOAPPROX", Path(__file__).parents[3] / "shared/data/evoapprox"))
    if not (folder / "tables.npz").exists():
        pytest.skip("EvoApproxLib's tables are not there")
    with (folder / "metrics.csv").open() as file:
        return np.load(folder / "tables.npz"), list(csv.DictReader(file))


def equals(published, figure):
    """Whether a figure printed with a few digits is this one, rounded or cut off."""
    digits = len(published.partition("e")[0].partition(".")[2])
    scale = 10.0 ** int(published.partition("e")[2] or 0)
    return abs(float(published) - figure) < 10.0**-digits * scale


def test_figures_of_evoapproxlib_are_the_published_ones(library):
    tables, rows = library
    assert len(rows) == 99
    for row in rows:
        multiplier = Table(row["name"], tables[row["name"]], row["signed"] == "1")
        metrics = measure(multiplier)
        for key, figure in (
            ("mae", metrics.mae),
            ("wce", metrics.wce),
            ("mse", metrics.mse),
            ("ep_pct", 100 * metrics.error_probability),
            ("mre_pct", 100 * metrics.mre),
            ("wcre_pct", 100 * metrics.wcre),
        ):
            assert equals(row[f"pub_{key}"], figure), (row["name"], key)
        assert metrics.mean == pytest.approx(-float(row["meas_bias"]), abs=1e-5)
        assert metrics.std == pytest.approx(float(row["meas_std"]), abs=1e-5)
        assert metrics.is_zero_preserving == (row["meas_zero_ok"] == "1")
        assert metrics.is_commutative == (row["meas_commutative"] == "1")
