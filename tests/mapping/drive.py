"""Run a strategy to its end, on answers that are remembered across tests."""

import numpy as np

from hwgen.errors import SpecError
from hwgen.mapping.drop import Drop
from hwgen.mapping.energy import mapping_energy
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.strategies import find_strategy
from hwgen.mapping.strategies.search import Options

__all__ = ["asked", "made_up", "run", "start"]

_ANSWERS: dict = {}


def start(name, problem, **options):
    """A strategy, by its name or its class; None when it refuses the problem in one line."""
    strategy = find_strategy(name) if isinstance(name, str) else name
    try:
        return strategy(problem, Options(**{"seed": 3, "budget": 40} | options))
    except SpecError as error:
        if len(str(error).splitlines()) > 1:
            raise
        return None


def answer(problem, question):
    """What the problem says, looked up when it was asked before."""
    place = id(problem), question.key
    if place not in _ANSWERS:
        _ANSWERS[place] = problem, problem.answer(question)  # keeps it alive, and with it its id
    return _ANSWERS[place][1]


def run(search, batch=7, answer=answer):
    """Questions and their outcomes, in the order that they were asked."""
    done = []
    while questions := search.ask(batch):
        assert len(questions) <= batch
        outcomes = [answer(search.problem, x) for x in questions]
        search.tell(questions, outcomes)
        done += zip(questions, outcomes, strict=True)
    return done


def made_up(drop):
    """Answers where a function of a design's mapping says what it loses."""

    def say(problem, question):
        lost = drop(question.mapping)
        return Outcome(
            drop=Drop(100.0 - lost, lost, lost, lost),
            margins=np.zeros(1),
            mapping=question.mapping,
            energy=mapping_energy(
                problem.network, question.mapping, problem.energies, problem.baseline
            ),
            multiplications=0,
            seconds=0.0,
        )

    return say


def asked(name, problem, batch=7, **options):
    """Questions of a strategy that does not refuse the problem."""
    search = start(name, problem, **options)
    assert search is not None
    return [question for question, _ in run(search, batch)]
