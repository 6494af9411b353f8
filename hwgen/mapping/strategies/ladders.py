"""The multipliers whose modes a problem lets a search choose by ranges of weights."""

from hwgen.arith.catalogue import find
from hwgen.errors import SpecError
from hwgen.mapping.formal.ladder import Ladder
from hwgen.mapping.problem import Problem
from hwgen.mapping.strategies.choices import admitted
from hwgen.spec.mapping import Mapping

__all__ = ["ladders"]


def ladders(problem: Problem, method: str) -> tuple[Ladder, ...]:
    """Of all multipliers of a problem whose hardware form chooses modes by ranges of weights.

    Raises
    ------
    SpecError
        There is none; names the search ``method`` that wants one.
    """
    usable = dict.fromkeys(choice.multiplier for choice in admitted(problem))
    found = [Ladder.of(x) for x in usable if len(find(x).modes) >= 3]
    if not found:
        raise SpecError(
            f"search method {method} needs a multiplier of three modes, "
            f"not {', '.join(problem.multipliers)}"
        )
    fitting = [x for x in found if problem.refusal(_mixed(problem, x)) is None]
    if not fitting:
        raise SpecError(
            f"search method {method} needs an array that chooses modes by weight, "
            f"not form {problem.spec.form}"
        )
    return tuple(fitting)


def _mixed(problem: Problem, ladder: Ladder) -> Mapping:
    return Mapping(dict.fromkeys(problem.layers, ladder.layer((-1, 1), (-2, 2))))
