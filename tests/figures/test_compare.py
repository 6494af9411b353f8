"""Fronts of error against energy, and which of two lies lower where."""

import math

import pytest

from hwgen.figures.compare import SPAN, baseline, compare, front


@pytest.fixture
def exact(row):
    return row("exact", wce=0, mae_percent=0.0, energy_pj=10.0, delay_ns=2.0)


def test_the_baseline_is_the_cheapest_exact_multiplier_of_ours(row, exact):
    dearer = row("exact_dear", wce=0, energy_pj=11.0)
    foreign = row("foreign", source="theirs", wce=0, energy_pj=1.0)
    mode = row("lvrm", wce=0, energy_pj=2.0)  # of a multiplier that does more
    assert baseline([dearer, exact, foreign, mode, row()]) is exact
    assert baseline([row()]) is None


def test_the_front_descends(row, exact):
    good, bad = row("good", mae_percent=0.1, energy_pj=5.0), row("bad", mae_percent=0.2)
    worse = row("worse", mae_percent=0.3, energy_pj=6.0)
    slow = row("slow", mae_percent=0.1, energy_pj=0.5, delay_ns=3.0)
    assert front([worse, good, exact, bad], max_delay_ns=2.5) == [exact, good, bad]
    assert front([worse, good, exact, bad, slow])[:2] == [exact, slow]


def test_ties_and_lower_energies_count_as_ours(row, exact):
    ours = [exact, row("a", mae_percent=0.1, energy_pj=4.0)]
    theirs = [
        row("b", source="theirs", mae_percent=0.0, energy_pj=10.0),
        row("c", source="theirs", mae_percent=1.0, energy_pj=3.0),
    ]
    found = compare(ours, theirs)
    assert found.losses == ((1.0, SPAN[1]),)
    assert found.share == pytest.approx(math.log(1.0 / SPAN[0]) / math.log(SPAN[1] / SPAN[0]))


def test_losses_that_touch_are_one(row, exact):
    theirs = [
        row(str(k), source="theirs", mae_percent=x, energy_pj=9.0 - k)
        for k, x in enumerate((0.001, 0.1, 1.0))
    ]
    found = compare([exact], theirs)
    assert (found.share, found.losses) == (0.0, (SPAN,))


def test_what_is_slower_than_the_fastest_exact_multiplier_does_not_count(row, exact):
    slow = row("slow", mae_percent=0.001, energy_pj=1.0, delay_ns=2.1)
    theirs = [row("b", source="theirs", mae_percent=0.001, energy_pj=9.0)]
    assert compare([exact, slow], theirs).share == 0.0
    assert compare([exact, slow, row("quick", mae_percent=0.001)], theirs).share == 1.0


def test_where_theirs_has_nothing_ours_wins(row, exact):
    theirs = [row("b", source="theirs", mae_percent=4.0, energy_pj=20.0)]
    assert compare([exact], theirs).share == 1.0
