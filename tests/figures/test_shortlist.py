"""What a search tries by default."""

import pytest

from hwgen.arith.catalogue import CATALOGUE
from hwgen.figures.shortlist import shortlist


@pytest.fixture
def exact(row):
    return row("exact", wce=0, std=0.0, residual_std=0.0, energy_pj=9.0)


def test_what_its_family_or_an_exact_multiplier_beats_is_left_out(row, exact):
    rows = [
        exact,
        row("exact_booth", wce=0, energy_pj=2.0),
        row("truncated_6", std=50.0, residual_std=50.0, energy_pj=1.0),
        row("truncated_7", std=60.0, residual_std=60.0, energy_pj=1.1),
        row("truncated_8", std=70.0, residual_std=40.0, energy_pj=1.2),  # good once corrected
        row("truncated_5", std=30.0, residual_std=30.0, energy_pj=2.1),  # exact is cheaper
        row("booth_6_8x8", std=9.0, residual_std=9.0, energy_pj=0.5),  # another family
        row("posneg_1", mode=0, energy_pj=2.1),
        row("posneg_1", mode=1, energy_pj=1.8),
        row("posneg_2", mode=0, energy_pj=2.2),  # no gain on the mean
        row("posneg_2", mode=1, energy_pj=1.9),
    ]
    names = ("exact", "exact_booth", "truncated_6", "truncated_8", "booth_6_8x8", "posneg_1")
    assert shortlist(rows) == names


def test_precision_is_judged_among_itself(row, exact):
    rows = [
        exact,
        row("booth_6_8x8", std=50.0, residual_std=50.0, energy_pj=0.1),
        row("precision_booth_6x6", std=60.0, residual_std=60.0, energy_pj=5.0),
        row("precision_booth_5x5", std=70.0, residual_std=70.0, energy_pj=5.1),
    ]
    assert shortlist(rows) == ("exact", "booth_6_8x8", "precision_booth_6x6")


def test_only_our_own_of_one_technology_and_kind(row, exact):
    rows = [
        exact,
        row("exact_u8", w_kind="u8", wce=0),
        row("exact_s8", a_kind="s8", wce=0),
        row("exact_booth", technology="other", wce=0),
        row("mul", source="others", wce=0),
    ]
    assert shortlist(rows) == ("exact",)


def test_the_shipped_one_holds_exact_and_precise_ones():
    names = shortlist()
    assert set(names) < set(CATALOGUE)
    assert "exact_booth" in names
    assert sum(name.startswith("precision") for name in names) >= 5
    assert len(names) <= 100  # a search characterizes them all
