"""Which multipliers of the catalogue a search should try: those that others do not beat."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import mean

from hwgen.arith.catalogue import find
from hwgen.figures.rows import OWN, Figures, shipped_rows
from hwgen.mapping.kinds import is_precision

__all__ = ["shortlist"]

TECHNOLOGY = "hwgen_generic"  # in which the shipped figures are compared
ERRORS = ("std", "residual_std")  # before and after a bias update


def shortlist(rows: Iterable[Figures] | None = None) -> tuple[str, ...]:
    """Catalogue names, in catalogue order, of multipliers of u8 activations and s8 weights.

    These are all that are exact, those of several modes that on the mean need less than every
    exact one, and of the others those that need less and that no other of their own family
    beats in error and energy. Families are kept apart because uniform operands do not tell
    what a network makes of an error: rounding an activation keeps its mean, cutting it off is
    cheaper. Exact multipliers of fewer bits are judged among themselves, so that what precision
    alone reaches stays in the search.

    Parameters
    ----------
    rows : iterable of Figures, optional
        Default: the figures that ship with hwgen.
    """
    modes: dict[str, list[Figures]] = defaultdict(list)
    for row in shipped_rows() if rows is None else rows:
        if (row.source, row.technology, row.kinds) == (OWN, TECHNOLOGY, "u8 x s8"):
            modes[row.name].append(row)
    several = {name for name, found in modes.items() if len(found) > 1}
    exact = {name for name, (row, *_) in modes.items() if row.is_exact} - several
    limit = min(modes[name][0].energy_pj for name in exact)
    kept = exact | {name for name in several if mean(x.energy_pj for x in modes[name]) < limit}

    families: dict[tuple[type, bool], list[Figures]] = defaultdict(list)
    for name, (row, *_) in modes.items():
        if name not in several and row.energy_pj < limit:
            multiplier = find(name)
            families[type(multiplier), is_precision(multiplier)].append(row)
    for family in families.values():
        kept |= {row.name for error in ERRORS for row in _front(family, error)}
    return tuple(name for name in modes if name in kept)


def _front(family: list[Figures], error: str) -> list[Figures]:
    """Those whose energy is the least of all that err no more."""

    def least(limit: float) -> float:
        return min(row.energy_pj for row in family if getattr(row, error) <= limit)

    return [row for row in family if row.energy_pj <= least(getattr(row, error))]
