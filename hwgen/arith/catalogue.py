"""Named multipliers."""

from hwgen.arith.exact import Exact
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.perforated import Perforated
from hwgen.errors import SpecError

__all__ = ["CATALOGUE", "find"]

CATALOGUE: dict[str, Multiplier] = {
    "exact": Exact(),
    "perforated_a3": Perforated(rows=3),
}


def find(name: str) -> Multiplier:
    """The multiplier of that catalogue name."""
    try:
        return CATALOGUE[name]
    except KeyError:
        known = ", ".join(CATALOGUE)
        raise SpecError(f"no multiplier is called {name!r}; known: {known}") from None
