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
BUDGET = 40

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


@pytest.fixture(params=[(name, form) for name in STRATEGIES for form in FORMS], ids="-".join)
def case(request, problems):
    """A strategy, and a problem that it does not refuse."""
    name, form = request.param
    if start(name, problems[form]) is None:
        pytest.skip(f"{name} has nothing to choose in form {form}")
    return name, problems[form]


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_accepts_at_least_one_form(name, problems):
    assert any(start(name, problem) is not None for problem in problems.values())


def test_questions_are_distinct_and_their_designs_admitted(case):
    name, problem = case
    questions = asked(name, problem)
    assert questions
    assert len({x.key for x in questions}) == len(questions)
    for question in questions:
        if isinstance(question, Design):
            assert problem.refusal(question.mapping) is None
            assert set(question.mapping.layers) == set(problem.layers)


@pytest.mark.parametrize("budget", [0, 1, 5, BUDGET])
def test_the_budget_is_kept_without_help(case, budget):
    name, problem = case
    assert len(asked(name, problem, budget=budget)) <= budget


def test_a_search_that_is_over_stays_over(case):
    name, problem = case
    search = start(name, problem)
    run(search)
    assert search.ask(5) == search.ask(1) == []


def test_a_seed_fixes_the_run(case):
    name, problem = case
    assert asked(name, problem, seed=8) == asked(name, problem, seed=8)


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_batches_do_not_change_what_is_asked(case, batch):
    name, problem = case
    assert asked(name, problem, batch=batch) == asked(name, problem)


def test_a_record_leads_the_same_way(case):
    """Answers from a file, which took another time, to questions that were read from it."""
    name, problem = case
    done = run(start(name, problem))
    record = {x.to_json(): pickle.dumps(replace(y, seconds=1e3)) for x, y in done}

    def recorded(_, question):
        return pickle.loads(record[question.to_json()])

    again = run(start(name, problem), answer=recorded)
    assert [x.to_json() for x, _ in again] == list(record)
    assert all(question_from_json(text).to_json() == text for text in record)


@pytest.mark.parametrize("name", STRATEGIES)
def test_another_process_asks_the_same(name, problems):
    command = [sys.executable, "-c", KEYS, name, *FORMS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    here = {
        form: [x.key for x, _ in run(search)]
        for form, problem in problems.items()
        if (search := start(name, problem)) is not None
    }
    assert json.loads(done.stdout) == here
