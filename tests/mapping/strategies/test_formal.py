"""Mining the largest gain that satisfies a query."""

import re

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.mapping.design import Corrections
from hwgen.mapping.formal.ladder import Ladder
from hwgen.mapping.formal.parser import parse_query
from hwgen.mapping.formal.space import Space
from hwgen.mapping.strategies.formal import DEFAULT_QUERIES, Formal
from hwgen.mapping.strategies.search import Options
from tests.mapping import tiny
from tests.mapping.drive import run

QUERIES = "average at most 0; average at most 5; never more than 20 and average at most 40"


def started(problem, query=QUERIES, **options):
    return Formal(problem, Options(**{"seed": 2, "budget": 60, "query": query} | options))


@pytest.fixture(scope="module")
def mined(problem):
    search = started(problem)
    return search, run(search)


def test_a_mined_design_satisfies_its_query(mined):
    search, done = mined
    dropped = {question.key: outcome.drop.observed for question, outcome in done}
    for query, limit in (("average at most 0", 0), ("average at most 5", 5)):
        best = search.mined[parse_query(query)]
        assert dropped[best.design.key] <= limit  # all images are in some batch


def test_the_mined_gain_is_the_largest_of_those_that_satisfy_the_query(mined):
    search, done = mined
    for limit in (0, 5):
        gains = [1 - y.energy.total for _, y in done if y.drop.observed <= limit]
        found = search.mined[parse_query(f"average at most {limit}")]
        assert found.gain == pytest.approx(max(gains))


def test_a_laxer_query_gains_more(mined):
    gains = [x.gain for x in mined[0].mined.values()]
    assert gains == sorted(gains)
    assert gains[0] < gains[-1]


def test_a_query_that_nothing_satisfies_is_left_out(problem):
    search = started(problem, "average at most 0", budget=2)
    run(search)
    assert search.mined == {}


def test_weights_go_to_modes_by_ranges_in_one_multiplier(mined):
    for design, _ in mined[1]:
        layers = design.mapping.layers.values()
        assert len(set().union(*(x.multipliers for x in layers))) == 1
        assert all(not (x.filters or x.kernels or x.weights) for x in layers)
        assert set(design.corrections.values()) == {Corrections()}
    assert any(x.ranges for design, _ in mined[1] for x in design.mapping.layers.values())


def test_comparators_that_tell_modes_by_weight_are_enough():
    problem = tiny.problem("ranges", ("exact", "lvrm"))
    done = run(started(problem, budget=12))
    assert len(done) == 12
    assert all(problem.refusal(design.mapping) is None for design, _ in done)


def test_the_gain_is_known_before_the_question(problem):
    space, rng = Space(problem, Ladder.of("lvrm"), Corrections()), np.random.default_rng(1)
    for _ in range(5):
        point = rng.random(2 * len(problem.layers))
        answer = problem.answer(space.design(point))
        assert space.gain(point) == pytest.approx(1 - answer.energy.total)


def test_no_question_is_spent_on_what_can_not_be_accepted(problem):
    """A query that always holds: what saves much less than the best is not worth a question."""
    search = started(problem, "average at most 100")
    gains = [1 - outcome.energy.total for _, outcome in run(search)]
    starts = 4 * 4  # of each multiplier with three modes or more
    assert min(gains[:starts]) < max(gains) - 0.5
    assert len(gains) > starts
    assert min(gains[starts:]) > max(gains) - 0.1


def test_a_range_of_queries_is_mined_without_one(problem):
    assert "; ".join(map(str, started(problem, "").queries)) == DEFAULT_QUERIES


def test_corrections_are_the_users(problem):
    plain = Corrections(bias_update=False)
    for design, _ in run(started(problem, corrections=plain, budget=5)):
        assert set(design.corrections.values()) == {plain}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tiny.problem(names=("exact", "truncated_7")), "needs a multiplier of three modes"),
        (lambda: tiny.problem("columns", ("exact", "lvrm")), "chooses modes by weight, not form"),
    ],
)
def test_a_problem_without_ranges_of_modes_is_refused(make, message):
    problem = make()
    with pytest.raises(
        SpecError, match=f"^search method formal needs .*{re.escape(message[-20:])}"
    ):
        started(problem)


def test_a_query_that_does_not_parse_is_refused(problem):
    with pytest.raises(SpecError, match=r"^query must have 'than' at column 12, not 'then'$"):
        started(problem, "never more then 5")
