"""Which multipliers of the catalogue a search should try: those that others do not beat."""

from collections import defaultdict
from collections.abc import Iterable

from hwgen.arith.catalogue import find
from hwgen.figures.rows import OWN, Figures, shipped_rows
from hwgen.mapping.kinds import is_precision

__all__ = ["shortlist"]

TECHNOLOGY = "hwgen_generic"  # in which the shipped figures are compared
ERRORS = ("std", "residual_std")  # before and after a bias update


def shortlist(rows: Iterable[Figures] | None = None) -> tuple[str, ...]:
    """Catalogue names, in catalogue order, of multipliers of u8 activations and 8-bit weights.

    These are all that are exact or have several modes, and of the others those that need less
    than every exact one and that no other of their own family beats in error and energy.
    Families are kept apart because uniform operands do not tell what a network makes of an
    error: rounding an activation keeps its mean, cutting it off is cheaper. Exact multipliers
    of fewer bits are judged among themselves, so that what precision alone reaches stays in
    the search.

    Parameters
    ----------
    rows : iterable of Figures, optional
        Default: the figures that ship with hwgen.
    """
    candidates = [
        row
        for row in (shipped_rows() if rows is None else rows)
        if row.source == OWN
        and row.technology == TECHNOLOGY
        and row.a_kind == "u8"
        and row.w_kind in ("s8", "u8")
    ]
    several = {row.name for row in candidates if row.mode}
    exact = [row for row in candidates if row.is_exact and row.name not in several]
    limit = min(row.energy_pj for row in exact)
    families: dict[tuple[type, bool], list[Figures]] = defaultdict(list)
    for row in candidates:
        if row.name not in several and row.energy_pj < limit:
            multiplier = find(row.name)
            families[type(multiplier), is_precision(multiplier)].append(row)
    kept = several | {row.name for row in exact}
    for family in families.values():
        kept |= {row.name for error in ERRORS for row in _front(family, error)}
    return tuple(dict.fromkeys(row.name for row in candidates if row.name in kept))


def _front(family: list[Figures], error: str) -> list[Figures]:
    """Those whose energy is the least of all that err no more."""

    def least(limit: float) -> float:
        return min(row.energy_pj for row in family if getattr(row, error) <= limit)

    return [row for row in family if row.energy_pj <= least(getattr(row, error))]
