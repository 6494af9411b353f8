"""Search strategies by name."""

from hwgen.errors import SpecError
from hwgen.mapping.greedy import Greedy
from hwgen.mapping.nsga2 import Nsga2
from hwgen.mapping.precision import Precision
from hwgen.mapping.search import Search
from hwgen.mapping.uniform import Uniform

__all__ = ["STRATEGIES", "find_strategy"]

STRATEGIES: dict[str, type[Search]] = {
    "uniform": Uniform,
    "precision": Precision,
    "greedy": Greedy,
    "nsga2": Nsga2,
}


def find_strategy(name: str) -> type[Search]:
    """The strategy of that name."""
    try:
        return STRATEGIES[name]
    except KeyError:
        known = ", ".join(STRATEGIES)
        raise SpecError(f"no search method is called {name!r}; known: {known}") from None
