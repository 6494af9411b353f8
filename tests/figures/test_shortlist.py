"""What a search tries by default."""

from hwgen.arith.catalogue import CATALOGUE
from hwgen.figures.shortlist import shortlist


def test_what_others_beat_is_left_out(row):
    rows = [
        row("exact_booth", wce=0, residual_std=0.0, energy_pj=2.0),
        row("exact", wce=0, residual_std=0.0, energy_pj=9.0),
        row("truncated_6", residual_std=50.0, energy_pj=1.0),
        row("truncated_7", residual_std=60.0, energy_pj=1.09),
        row("truncated_8", residual_std=70.0, energy_pj=1.2),
        row("posneg_1", mode=0, residual_std=0.0, energy_pj=50.0),
        row("posneg_1", mode=1, residual_std=9.0, energy_pj=40.0),
    ]
    assert shortlist(rows) == ("exact_booth", "exact", "truncated_6", "truncated_7", "posneg_1")


def test_precision_is_judged_among_itself(row):
    rows = [
        row("truncated_6", residual_std=50.0, energy_pj=0.1),
        row("precision_5x5", residual_std=60.0, energy_pj=5.0),
        row("precision_4x4", residual_std=70.0, energy_pj=5.6),
    ]
    assert shortlist(rows) == ("truncated_6", "precision_5x5")


def test_only_what_the_array_takes(row):
    rows = [
        row("exact_u8", w_kind="u8", wce=0),
        row("exact_booth", technology="other", wce=0),
        row("mul", source="others", wce=0),
    ]
    assert shortlist(rows) == ("exact_u8",)


def test_the_shipped_one_holds_exact_and_precise_ones():
    names = shortlist()
    assert set(names) < set(CATALOGUE)
    assert "exact_booth" in names
    assert sum(name.startswith("precision") for name in names) >= 5
    assert len(names) < 90  # a search characterizes them all
