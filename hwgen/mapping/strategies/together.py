"""Several procedures side by side."""

from collections.abc import Iterable

from hwgen.mapping.design import Question
from hwgen.mapping.strategies.search import Steps

__all__ = ["side_by_side"]


def side_by_side(procedures: Iterable[Steps]) -> Steps:
    """Take a step of every procedure at once, until the last one ends.

    So a budget that ends early has gone to all of them alike.
    """
    running: list[tuple[Steps, list[Question]]] = []
    for procedure in procedures:
        first = next(procedure, None)
        if first is not None:
            running.append((procedure, list(first)))
    while running:
        outcomes = list((yield [question for _, wanted in running for question in wanted]))
        further: list[tuple[Steps, list[Question]]] = []
        for procedure, wanted in running:
            own, outcomes = outcomes[: len(wanted)], outcomes[len(wanted) :]
            try:
                further.append((procedure, list(procedure.send(own))))
            except StopIteration:
                continue
        running = further
