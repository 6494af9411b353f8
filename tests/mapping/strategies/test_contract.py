"""Every strategy keeps the promises of Search."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace

import pytest

from hwgen.mapping.design import Design, question_from_json
from hwgen.mapping.strategies import STRATEGIES
from tests.mapping.drive import asked, run, start

FORMS = ("weights", "tiles", "columns")

KEYS = """
import json, sys
from tests.mapping import drive, tiny
found = {}
for form in sys.argv[2:]:
    search = drive.start(sys.argv[1], tiny.problem(form))
    if search is not None:
        found[form] = [question.key for question, _ in drive.run(search)]
print(json.dumps(found))
"""


@pytest.fixture(params=STRATEGIES)
def name(request):
    return request.param


@pytest.fixture
def accepted(name, problems):
    """Problems that a strategy does not refuse: there is something for it to choose."""
    return [x for x in problems.values() if start(name, x, budget=0) is not None]


def test_a_strategy_accepts_at_least_one_form(accepted):
    assert accepted


def test_questions_are_distinct_and_their_designs_admitted(name, accepted):
    for problem in accepted:
        questions = asked(name, problem)
        assert questions
        assert len({x.key for x in questions}) == len(questions)
        for question in questions:
            if isinstance(question, Design):
                assert problem.refusal(question.mapping) is None
                assert set(question.mapping.layers) == set(problem.layers)


@pytest.mark.parametrize("budget", [0, 1, 5, 40])
def test_the_budget_is_kept_without_help(name, accepted, budget):
    for problem in accepted:
        assert len(asked(name, problem, budget=budget)) <= budget


def test_a_search_that_is_over_stays_over(name, accepted):
    for problem in accepted:
        search = start(name, problem)
        run(search)
        assert search.ask(5) == search.ask(1) == []


def test_a_seed_fixes_the_run(name, accepted):
    for problem in accepted:
        assert asked(name, problem, seed=8) == asked(name, problem, seed=8)


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_batches_do_not_change_what_is_asked(name, accepted, batch):
    for problem in accepted:
        assert asked(name, problem, batch=batch) == asked(name, problem)


def test_a_record_leads_the_same_way(name, accepted):
    """Answers from a file, which took another time, to questions that were read from it."""
    for problem in accepted:
        done = run(start(name, problem))
        record = {x.to_json(): pickle.dumps(replace(y, seconds=1e3)) for x, y in done}

        def recorded(_, question, record=record):
            return pickle.loads(record[question.to_json()])

        again = run(start(name, problem), answer=recorded)
        assert [x.to_json() for x, _ in again] == list(record)
        assert all(question_from_json(text).to_json() == text for text in record)


def test_another_process_asks_the_same(name, problems):
    command = [sys.executable, "-c", KEYS, name, *FORMS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    here = {
        form: [x.key for x, _ in run(search)]
        for form, problem in problems.items()
        if (search := start(name, problem)) is not None
    }
    assert json.loads(done.stdout) == here
