"""Which multipliers of the catalogue a search should try: those that others do not beat."""

from collections.abc import Iterable

from hwgen.arith.catalogue import find
from hwgen.figures.rows import OWN, Figures, shipped_rows
from hwgen.mapping.kinds import is_precision

__all__ = ["shortlist"]

TECHNOLOGY = "hwgen_generic"  # in which the shipped figures are compared
SLACK = 1.1  # energy over that of the front: traces of networks differ from uniform ones


def shortlist(rows: Iterable[Figures] | None = None) -> tuple[str, ...]:
    """Catalogue names, in catalogue order, of multipliers of u8 activations and 8-bit weights.

    These are all that are exact or have several modes, and of the others those whose energy is
    at most a tenth above the least of any that errs no more. What errs is the standard
    deviation after a bias update. Exact multipliers of fewer bits are judged among themselves,
    so that what precision alone reaches stays in the search.

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
    single = [row for row in candidates if row.name not in several]
    groups: tuple[list[Figures], list[Figures]] = ([], [])
    for row in single:
        groups[is_precision(find(row.name))].append(row)
    kept = several | {row.name for row in single if row.is_exact}
    kept |= {row.name for group in groups for row in _near_front(group)}
    return tuple(dict.fromkeys(row.name for row in candidates if row.name in kept))


def _near_front(group: list[Figures]) -> list[Figures]:
    def least(std: float) -> float:
        return min(row.energy_pj for row in group if row.residual_std <= std)

    return [row for row in group if row.energy_pj <= SLACK * least(row.residual_std)]
