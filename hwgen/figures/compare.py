"""Comparing two sets of multipliers: which needs less energy at equal error, and where."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from hwgen.figures.rows import OWN, Figures

__all__ = ["SPAN", "TRACES", "Comparison", "baseline", "compare", "front"]

TRACES = {"energy_pj": "weight stays", "energy_moving_pj": "both operands change"}
SPAN = (0.01, 5.0)  # MAE in percent of 2**(a_width + w_width)


class Piece(NamedTuple):
    """A range of MAE in which both energies are constant; infinite: nothing is that accurate."""

    low: float
    high: float
    ours_pj: float
    theirs_pj: float


@dataclass(frozen=True)
class Comparison:
    """Energy at equal error of two sets over :data:`SPAN`.

    Parameters
    ----------
    pieces : tuple of Piece
        In ascending order; together they are the span.
    """

    pieces: tuple[Piece, ...]

    @property
    def share(self) -> float:
        """Part of the span, on a logarithmic axis, in which ours is at or below theirs."""
        lengths = [
            (math.log(high / low), ours <= theirs) for low, high, ours, theirs in self.pieces
        ]
        return sum(x for x, is_ours in lengths if is_ours) / sum(x for x, _ in lengths)

    @property
    def losses(self) -> tuple[tuple[float, float], ...]:
        """Ranges of MAE in which theirs needs less, joined where they touch."""
        joined: list[tuple[float, float]] = []
        for piece in self.pieces:
            if piece.ours_pj <= piece.theirs_pj:
                continue
            touches = bool(joined) and joined[-1][1] == piece.low
            joined.append((joined.pop()[0] if touches else piece.low, piece.high))
        return tuple(joined)


def baseline(rows: Iterable[Figures], energy: str = "energy_pj") -> Figures | None:
    """The exact multiplier of ours that needs the least energy, if there is any."""
    return min(_exact(rows), key=lambda row: getattr(row, energy), default=None)


def front(
    rows: Iterable[Figures], energy: str = "energy_pj", *, max_delay_ns: float = math.inf
) -> list[Figures]:
    """Rows of ascending error and descending energy that nothing within the delay beats."""
    fast = [row for row in rows if row.delay_ns <= max_delay_ns]
    kept: list[Figures] = []
    for row in sorted(fast, key=lambda row: (row.mae_percent, getattr(row, energy))):
        if not kept or getattr(row, energy) < getattr(kept[-1], energy):
            kept.append(row)
    return kept


def compare(
    ours: Sequence[Figures], theirs: Sequence[Figures], energy: str = "energy_pj"
) -> Comparison:
    """Least energy at equal MAE, ours no slower than any exact one of ours, theirs at any delay.

    All rows are of one technology and one pair of operand kinds. At an error a set offers
    the least energy of its multipliers that err no more.

    Parameters
    ----------
    ours, theirs : sequence of Figures
    energy : str
        Which energy: a key of :data:`TRACES`.
    """
    fastest = min((row.delay_ns for row in _exact(ours)), default=math.inf)
    own = front(ours, energy, max_delay_ns=fastest)
    other = front(theirs, energy)
    steps = {row.mae_percent for row in own + other}
    edges = [SPAN[0], *sorted(x for x in steps if SPAN[0] < x < SPAN[1]), SPAN[1]]
    return Comparison(
        tuple(
            Piece(low, high, _energy(own, energy, low), _energy(other, energy, low))
            for low, high in pairwise(edges)
        )
    )


def _exact(rows: Iterable[Figures]) -> list[Figures]:
    """Multipliers of ours that only multiply exactly: what every saving is judged against."""
    families = ("exact", "precision")  # the latter where no bit is dropped
    return [row for row in rows if row.is_exact and row.source == OWN and row.family in families]


def _energy(points: list[Figures], energy: str, mae_percent: float) -> float:
    """Least energy of a front at an error of at most ``mae_percent``."""
    place = bisect_right([row.mae_percent for row in points], mae_percent)
    return getattr(points[place - 1], energy) if place else math.inf
