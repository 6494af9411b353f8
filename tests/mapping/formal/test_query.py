"""How robustly a signal satisfies a query."""

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.mapping.formal.parser import parse_query
from hwgen.mapping.formal.query import Average, Never, Query, Share, accuracy_drops


def signal(*values):
    return np.array(values, dtype=float)


@pytest.mark.parametrize(
    ("text", "values", "robustness"),
    [
        ("never more than 5", (1, 4, 2), 1),
        ("never more than 5", (1, 5, 2), 0),  # at the limit is within it
        ("never more than 5", (-1, 5.5, 2), -0.5),
        ("average at most 2", (1, 2, 3), 0),
        ("average at most 2", (-9, 2, 4), 3),
        ("at most 0 % of batches above 5", (1, 7, 2), -2),
        ("at most 25 % of batches above 5", (6, 4, 9, 1), -1),  # one may be above, two are
        ("at most 50 % of batches above 5", (6, 4, 9, 1), 1),
        ("at most 49.9 % of batches above 5", (6, 4, 9, 1), -1),
        ("at most 99 % of batches above 5", (7,), -2),
        ("never more than 5 and average at most 1", (1, 4, 2.5), -1.5),
        ("never more than 5 and average at most 4", (1, 4, 2.5), 1),
    ],
)
def test_robustness_is_the_margin(text, values, robustness):
    assert parse_query(text).robustness(signal(*values)) == robustness


def test_a_share_is_counted_in_decimals():
    """``0.07 * 100`` is a little more than 7, ``0.29 * 100`` a little less than 29."""
    rising = np.arange(100, dtype=float)
    assert [Share(0.0, x).robustness(rising) for x in (7.0, 29.0, 56.999)] == [-92, -70, -43]
    assert Share(0.0, 0.7).robustness(np.arange(1000, dtype=float)) == -992


def holds(part, values):
    """What the words say, without any margin."""
    if isinstance(part, Never):
        return all(x <= part.limit for x in values)
    if isinstance(part, Share):
        return 100 * sum(x > part.limit for x in values) <= part.percent * len(values)
    return sum(values) <= part.limit * len(values)


def random_query(rng):
    limits = rng.integers(0, 6, 3).astype(float)
    parts = (Never(limits[0]), Share(limits[1], float(rng.integers(100))), Average(limits[2]))
    chosen = [part for part in parts if rng.random() < 0.5]
    return Query(tuple(chosen or parts[:1]))


def test_the_sign_of_robustness_is_satisfaction():
    rng, seen = np.random.default_rng(1), set()
    for _ in range(2000):
        query = random_query(rng)
        values = rng.integers(-2, 8, rng.integers(1, 12)).astype(float)
        satisfied = all(holds(part, values.tolist()) for part in query.properties)
        assert (query.robustness(values) >= 0) == satisfied
        seen.add(satisfied)
    assert seen == {True, False}


def test_a_better_signal_is_never_less_robust():
    rng = np.random.default_rng(2)
    for _ in range(1000):
        query, values = random_query(rng), rng.normal(2, 3, rng.integers(1, 12))
        better = values - np.where(rng.random(len(values)) < 0.5, rng.exponential(1), 0)
        assert query.robustness(better) >= query.robustness(values)


def test_the_order_of_batches_does_not_count():
    rng = np.random.default_rng(3)
    values = rng.normal(2, 3, 9)
    for _ in range(50):
        query = random_query(rng)
        shuffled = query.robustness(rng.permutation(values))
        assert shuffled == pytest.approx(query.robustness(values))


def test_robustness_is_expected_over_repetitions():
    signals = np.array([[1.0, 4.0], [2.0, 9.0]])
    assert Query((Never(5.0),)).expected_robustness(signals) == -1.5


def test_drops_are_counted_batch_by_batch():
    exact = np.array([1.0, 1.0, -1.0, 2.0, 3.0, -1.0])
    approximate = np.array([1.0, -1.0, 5.0, -2.0, -3.0, -1.0])
    batches = np.array([[[0, 1], [3, 4]], [[2, 5], [1, 2]]])
    found = accuracy_drops(exact, approximate, batches)
    assert found.tolist() == [[50, 100], [-50, 0]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Never(-1.0), "^query limit must be from 0 to 100 percent points, not -1.0$"),
        (lambda: Average(float("nan")), "not nan$"),
        (lambda: Share(5.0, 100.0), "^query share of batches must be .* less than 100 %, not 100"),
        (lambda: Query(()), "^query must have at least one property$"),
    ],
)
def test_what_can_not_be_a_query_is_refused(make, message):
    with pytest.raises(SpecError, match=message):
        make()
