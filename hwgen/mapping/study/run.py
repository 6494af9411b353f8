"""Running methods on a study: whatever was answered before is answered from the record.

Strategies depend on nothing but problem, options and answers, so a run that was stopped goes the
same way again, without work, to where it stopped.
"""

import os
from collections import deque
from collections.abc import Sequence

from threadpoolctl import threadpool_limits

from hwgen.mapping.design import Question
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies import find_strategy
from hwgen.mapping.strategies.search import Options
from hwgen.mapping.study.ledger import Answer, front_of
from hwgen.mapping.study.study import Study
from hwgen.mapping.study.workers import Workers
from hwgen.progress import Meter

__all__ = ["BATCH", "search"]

BATCH = 16  # questions asked together: a strategy may depend on it, so it is the same everywhere


def search(study: Study, problem: Problem, method: str, options: Options, workers: Workers) -> None:
    """Run one method to the end of its budget.

    Parameters
    ----------
    study : Study
        Keeps everything as soon as it is known.
    problem : Problem
        That of the study's parts.
    method : str
    options : Options
    workers : Workers
        They answer what the study does not know.
    """
    with threadpool_limits(1):  # sums of floats must not depend on how many threads shared them
        strategy = find_strategy(method)(problem, options)
        run = study.ledger.run_of(method, options)
        known: list[Answer] = []
        with Meter(f"explore ({method})", options.budget) as meter:
            while questions := strategy.ask(min(BATCH, options.budget - len(known))):
                study.ledger.propose(run, len(known), questions)
                outcomes = _answered(study, questions, workers, meter)
                strategy.tell(questions, outcomes)
                known += map(Answer, questions, outcomes)
                meter.say(_front_text(known, options.max_drop))
                if len(known) >= options.budget:
                    break


def _answered(
    study: Study, questions: Sequence[Question], workers: Workers, meter: Meter
) -> list[Outcome]:
    """Answers in the order of the questions."""
    found: dict[str, Outcome] = {}
    # Processes that share a study begin at different places, and so take work off one another.
    waiting = deque(questions)
    waiting.rotate(-(os.getpid() % len(questions)))
    running = 0
    while len(found) < len(questions):
        while waiting and running < workers.size:
            question = waiting.popleft()
            outcome = study.ledger.recall(question)
            if outcome is None:
                workers.submit(question)
                running += 1
            else:
                found[question.key] = outcome
                meter.step()
        if running:
            question, outcome = workers.next()
            running -= 1
            study.ledger.record(question, outcome)
            found[question.key] = outcome
            meter.step()
    return [found[x.key] for x in questions]


def _front_text(known: Sequence[Answer], max_drop: float) -> str:
    """How far the search is: what keeps the accepted drop, and how many designs are left."""
    front = front_of(known)
    within = [x.outcome for x in front if x.outcome.drop.bound <= max_drop]
    if not within:
        return f"front of {len(front)}"
    return f"front of {len(front)}, {100 * within[-1].objectives.energy:.0f} % at {max_drop:g}"
