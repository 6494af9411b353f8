"""Search strategies by name: those of this package, and a user's own."""

from importlib.metadata import EntryPoint, entry_points

from hwgen.errors import SpecError
from hwgen.mapping.strategies.agn_match import AgnMatch, AgnMatchPublished
from hwgen.mapping.strategies.alwann import Alwann
from hwgen.mapping.strategies.control_variate import ControlVariates
from hwgen.mapping.strategies.formal import Formal
from hwgen.mapping.strategies.greedy import Greedy
from hwgen.mapping.strategies.hwgen import Hwgen
from hwgen.mapping.strategies.lvrm import Lvrm
from hwgen.mapping.strategies.maxdnn import MaxDnnFilter, MaxDnnKernel, MaxDnnLayer
from hwgen.mapping.strategies.mcts import Mcts
from hwgen.mapping.strategies.posneg import PosNeg, PosNegPublished
from hwgen.mapping.strategies.precision import Precision
from hwgen.mapping.strategies.qos import Qos
from hwgen.mapping.strategies.random import Random
from hwgen.mapping.strategies.search import Search
from hwgen.mapping.strategies.uniform import Uniform

__all__ = ["GROUP", "STRATEGIES", "find_strategy", "strategy_names"]

GROUP = "hwgen.strategies"
"""Entry point group in which a package registers strategies of its own."""

STRATEGIES: dict[str, type[Search]] = {
    "hwgen": Hwgen,
    "precision": Precision,
    "uniform": Uniform,
    "random": Random,
    "alwann": Alwann,
    "maxdnn-layer": MaxDnnLayer,
    "maxdnn-filter": MaxDnnFilter,
    "maxdnn-kernel": MaxDnnKernel,
    "agn-match": AgnMatch,
    "agn-match-published": AgnMatchPublished,
    "qos": Qos,
    "mcts": Mcts,
    "control-variate": ControlVariates,
    "formal": Formal,
    "posneg": PosNeg,
    "posneg-published": PosNegPublished,
    "lvrm": Lvrm,
    "greedy": Greedy,
}
"""By name, those that come with hwgen."""


def strategy_names() -> tuple[str, ...]:
    """Names of all strategies: those of hwgen, then those that other packages register."""
    others = sorted({entry.name for entry in entry_points(group=GROUP)} - set(STRATEGIES))
    return (*STRATEGIES, *others)


def find_strategy(name: str) -> type[Search]:
    """The strategy of that name.

    Raises
    ------
    SpecError
        There is none, another package registers one of the same name, or what it registers does
        not load or is no :class:`~hwgen.mapping.strategies.search.Search`.
    """
    own = STRATEGIES.get(name)
    found = list(entry_points(group=GROUP, name=name))
    if len(found) + (own is not None) > 1:
        where = ", ".join(["hwgen"] * (own is not None) + [entry.value for entry in found])
        raise SpecError(f"search method {name} must be registered once, not by {where}")
    if found:
        return _loaded(found[0])
    if own is None:
        known = ", ".join(strategy_names())
        raise SpecError(f"no search method is called {name!r}; known: {known}")
    return own


def _loaded(entry: EntryPoint) -> type[Search]:
    subject = f"search method {entry.name} ({entry.value})"
    try:
        found = entry.load()
    except Exception as error:  # whatever a foreign module raises when it is imported
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise SpecError(f"{subject} must load, but fails with {why}") from error
    if not isinstance(found, type) or not issubclass(found, Search):
        raise SpecError(f"{subject} must be a subclass of Search, not {found!r}")
    return found
