import pytest

from hwgen.errors import SpecError, ToolError
from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies import STRATEGIES
from hwgen.mapping.strategies.search import Search
from hwgen.mapping.study import run as module
from hwgen.mapping.study.run import search
from hwgen.mapping.study.workers import Inside, Workers
from hwgen.spec.mapping import LayerMapping
from tests.mapping.study import small


def answers(study, method="random"):
    return [(x.question.key, x.outcome.drop, x.outcome.energy) for x in study.answers(method)]


def test_a_run_that_is_repeated_is_answered_from_the_record(copied, monkeypatch):
    before = answers(copied)
    monkeypatch.setattr(Problem, "answer", lambda *args: pytest.fail("it was answered again"))
    small.run(copied, "random")
    assert answers(copied) == before


def test_a_seed_fixes_the_search_whatever_the_number_of_workers(finished, tmp_path):
    study = small.begin(tmp_path / "two.study")
    small.run(study, "random", size=2)
    assert answers(study) == answers(finished)


def test_the_order_of_answers_does_not_matter(finished, tmp_path, monkeypatch):
    for number, shift in enumerate((3, 11)):
        monkeypatch.setattr(module.os, "getpid", lambda shift=shift: shift)
        study = small.begin(tmp_path / f"{number}.study")
        small.run(study, "random")
        assert answers(study) == answers(finished)


def test_a_budget_bounds_a_method_that_does_not_keep_to_it(tmp_path, monkeypatch):
    class Endless(Search):
        def ask(self, count):
            self.last = getattr(self, "last", 0) + 1
            layers = dict.fromkeys(self.problem.layers, LayerMapping(multiplier="exact"))
            first, layer = next(iter(self.problem.layer_by_name.items()))
            update = (self.last,) * len(layer.weights)
            layers[first] = LayerMapping(multiplier="exact", bias_update=update)
            return [Design.of(layers, Corrections(bias_update=False))]

        def tell(self, questions, outcomes):
            assert len(questions) == len(outcomes) == 1

    monkeypatch.setitem(STRATEGIES, "endless", Endless)
    study = small.begin(tmp_path / "endless.study")
    small.run(study, "endless", budget=5)
    assert len(study.answers("endless")) == 5


def test_an_answer_that_another_process_found_meanwhile_is_taken(tmp_path):
    study, other = (small.begin(tmp_path / "shared.study") for _ in range(2))
    problem = study.parts.problem()
    asked = []

    class Watched(Inside):
        def submit(self, question):
            asked.append(question.key)
            if len(asked) == 1:  # the other one is faster with the whole rest
                small.run(other, "random", budget=16)
            super().submit(question)

    with Watched(problem) as pool:
        search(study, problem, "random", small.options(budget=16), pool)
    assert len(asked) == 1
    assert len(study.answers("random")) == study.ledger.count == 16


def test_an_unknown_method_is_refused(copied):
    with pytest.raises(SpecError, match=r"^no search method is called 'magic'; known: .*$"):
        small.run(copied, "magic")


def test_a_failure_keeps_what_was_found(tmp_path):
    study = small.begin(tmp_path / "failed.study")
    problem = study.parts.problem()

    class Failing(Workers):
        size = 1

        def __init__(self):
            self.inside = Inside(problem)

        def submit(self, question):
            self.inside.submit(question)

        def next(self):
            if study.ledger.count == 10:
                raise ToolError("the power is gone")
            return self.inside.next()

        def close(self):
            self.inside.close()

    with pytest.raises(ToolError), Failing() as pool:
        search(study, problem, "random", small.options(), pool)
    assert study.ledger.count == 10
