"""Booth rows reproduce the published error figures."""

import numpy as np
import pytest

from hwgen.arith.exact import ExactBooth
from hwgen.arith.metrics import measure
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.arith.pr import PR
from hwgen.arith.roup import Roup
from hwgen.errors import SpecError

SIGNED = {"a_kind": S8, "w_kind": S8}


@pytest.mark.parametrize(
    ("perforated", "rounded", "symmetric", "std", "nmed", "mre_percent", "wce"),
    [
        (0, 1, True, 52.3, 0.00195, 2.40, 128),
        (0, 3, True, 173.3, 0.00781, 8.30, 512),
        (0, 5, True, 683, 0.03125, 25.6, 2048),
        (1, 0, True, 90.5, 0.00391, 4.53, 256),
        (1, 4, True, 354.6, 0.01650, 17.2, 1264),
        (2, 6, True, 1417, 0.06605, 48.7, 4864),
        (0, 1, False, 0.83, 0.00003, 0.11, 2),
        (0, 4, False, 8.38, 0.00039, 1.07, 28),
        (0, 6, False, 41.0, 0.00196, 4.21, 164),
        (1, 3, False, 90.6, 0.00394, 4.69, 262),
        (1, 6, False, 96.7, 0.00447, 6.51, 356),
        (2, 6, False, 343.6, 0.01573, 15.5, 1072),
    ],
)
def test_signed_error_figures_are_the_known_ones(
    perforated, rounded, symmetric, std, nmed, mre_percent, wce
):
    multiplier = Roup(**SIGNED, perforated=perforated, rounded=rounded, symmetric=symmetric)
    metrics = measure(multiplier)
    assert metrics.mean == 0.25
    assert metrics.std == pytest.approx(std, rel=0.006)
    assert metrics.nmed == pytest.approx(nmed, abs=0.0000051)
    assert 100 * metrics.mre == pytest.approx(mre_percent, rel=0.005, abs=0.005)
    assert metrics.wce == wce


def test_pr_2_4_on_16_bits_has_the_published_relative_error():
    kind = OperandKind(16, True)
    multiplier = PR(a_kind=kind, w_kind=kind, perforated=2, rounded=4)
    a, w = np.random.default_rng(5).integers(-(1 << 15), 1 << 15, size=(2, 1_000_000))
    exact = a * w
    error = np.abs(exact - multiplier.compute(a, w))[exact != 0]
    assert 100 * np.mean(error / np.abs(exact[exact != 0])) == pytest.approx(0.2296, rel=0.05)


def test_symmetric_roup_is_pr():
    for encoded in ("a", "w"):
        pr = PR(perforated=1, rounded=3, encoded=encoded)
        roup = Roup(perforated=1, rounded=3, encoded=encoded, symmetric=True)
        assert np.array_equal(pr.table(), roup.table())


def test_perforating_weight_digits_only_quantizes_the_weight():
    u, v = PR(perforated=1).factors()
    low = (U8.values & 3) - 4 * ((U8.values >> 1) & 1)
    assert np.array_equal(u[0], U8.values)
    assert np.array_equal(v[0], S8.values - low)


@pytest.mark.parametrize(("kind", "rows"), [(S8, 4), (U8, 5), (OperandKind(9, True), 5)])
def test_an_unsigned_operand_needs_one_more_digit(kind, rows):
    assert ExactBooth(w_kind=kind).rows == rows


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ExactBooth(encoded="b"), r"^ExactBooth encoded must be one of a, w, not 'b'$"),
        (
            lambda: PR(perforated=4),
            r"^PR perforated must be an integer from 0 to 3, not 4$",
        ),
        (lambda: PR(rounded=8), r"^PR rounded must be an integer from 0 to 7, not 8$"),
        (
            lambda: Roup(perforated=5, encoded="a"),
            r"^Roup perforated must be an integer from 0 to 4, not 5$",
        ),
        (lambda: Roup(rounded=-1), r"^Roup rounded must be an integer from 0 to 7, not -1$"),
    ],
)
def test_parameters_out_of_range_are_refused(build, message):
    with pytest.raises(SpecError, match=message):
        build()
