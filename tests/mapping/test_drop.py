import itertools

import numpy as np
import pytest

from hwgen.mapping.drop import margins, paired_drop

RNG = np.random.default_rng


def network(count, seed, right=0.97):
    """Margins of a made-up network: mostly right, never zero."""
    found = np.abs(RNG(seed).normal(60, 30, count)) + 1
    found[RNG(seed + 1).random(count) > right] *= -0.3
    return found


def test_a_margin_is_positive_exactly_when_argmax_finds_the_label():
    logits = RNG(0).integers(0, 4, size=(500, 5)).astype(np.uint8)  # many ties
    labels = RNG(1).integers(0, 5, size=500)
    assert np.array_equal(margins(logits, labels) > 0, logits.argmax(axis=1) == labels)
    assert (margins(logits, labels) != 0).all()


def test_a_margin_is_the_lead_in_codes():
    logits = np.array([[10, 3, 7]], np.uint8)
    assert [float(margins(logits, np.array([x]))[0]) for x in range(3)] == [3.5, -7.5, -3.5]


def test_an_unchanged_network_loses_nothing_for_sure():
    exact = network(400, 1)
    drop = paired_drop(exact, exact.copy())
    assert (drop.observed, drop.expected, drop.bound) == (0.0, 0.0, 0.0)
    assert drop.accuracy == 100 * (exact > 0).mean()


def test_a_harmless_change_is_bounded_by_the_number_of_images():
    for count, bound in ((100, 1.61), (400, 0.41), (4000, 0.041)):
        exact = np.full(count, 90.0)
        drop = paired_drop(exact, exact - 1)
        assert drop.expected == 0
        assert drop.bound == pytest.approx(bound, rel=0.01)


def test_shrunken_margins_alone_lose_nothing():
    exact = network(400, 2, right=1.0)
    assert paired_drop(exact, exact * 0.4).expected == pytest.approx(0)


def test_more_disturbance_costs_more_even_when_no_image_is_lost():
    exact = network(400, 3, right=1.0) + 40
    noise = RNG(4).uniform(-1, 1, 400)
    drops = [paired_drop(exact, exact + scale * noise) for scale in (10, 20, 30, 40)]
    assert [x.observed for x in drops] == [0, 0, 0, 0]
    assert all(x.bound <= y.bound for x, y in itertools.pairwise(drops))


def test_the_bound_is_never_below_what_was_observed():
    exact = network(50, 5)
    for seed in range(50):
        approximate = exact + RNG(seed).standard_cauchy(50) * 20
        drop = paired_drop(exact, approximate)
        assert drop.bound >= drop.observed


def test_the_bound_holds_on_unseen_images_in_19_of_20_cases():
    broken = 0
    for seed in range(200):
        exact = network(8400, 1000 + seed)
        approximate = exact * 0.8 + RNG(seed).normal(0, 14, len(exact))
        promise = paired_drop(exact[:400], approximate[:400])
        truth = paired_drop(exact[400:], approximate[400:]).observed
        broken += truth > promise.bound
    assert broken <= 10
