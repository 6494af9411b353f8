"""Named multipliers."""

from hwgen.arith.multiplier import Multiplier
from hwgen.errors import SpecError

__all__ = ["CATALOGUE", "find"]

CATALOGUE: dict[str, Multiplier] = {}


def find(name: str) -> Multiplier:
    """The multiplier of that catalogue name."""
    try:
        return CATALOGUE[name]
    except KeyError:
        known = ", ".join(CATALOGUE)
        raise SpecError(f"no multiplier is called {name!r}; known: {known}") from None
