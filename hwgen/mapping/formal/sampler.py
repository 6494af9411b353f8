"""Hit-and-run Monte Carlo over the unit cube."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Chain", "Proposal"]

WINDOW = 10  # proposals after which the walk is adapted
BAND = (0.1, 0.4)  # share of accepted proposals that needs no adaptation
BETA = 50.0  # at the start, per share of the exact energy
LEAST_BETA = 20.0  # so that a walk does not boil where nothing is left to gain
MOVED = 2  # coordinates that a proposal changes at most
FACTOR = 1.5  # of one adaptation
SMALLEST_STEP = 0.02


@dataclass(frozen=True, eq=False)
class Proposal:
    """Where a chain may go.

    Parameters
    ----------
    point : float64[n]
        In the unit cube.
    level : float
        The point is accepted if and only if its cost is not above this.
    """

    point: NDArray[np.float64]
    level: float


class Chain:
    """A Metropolis walk whose temperature and step follow its acceptance ratio.

    As the Monte Carlo of S-TaLiRo (Abbas, Hoxha, Fainekos and Ueda, 2014): a direction is drawn,
    and a place on the chord of the cube along it; a costlier place is accepted with probability
    ``exp(-beta * increase)``. Where fewer proposals are accepted than the band says, ``beta`` and
    the step shrink, where more, they grow. Band, window and factor are reconstructed.

    A direction moves few coordinates, and those on a face of the cube inwards: good places are
    often at a corner, through which hardly any chord passes. The random number of the acceptance
    is drawn with the proposal: a caller that knows that a cost will be above
    :attr:`Proposal.level` need not find it out. Both are ours.

    Parameters
    ----------
    rng : Generator
    point : float64[n]
        Where it starts, in the unit cube.
    cost : float
        Of that point.
    """

    def __init__(self, rng: np.random.Generator, point: NDArray[np.float64], cost: float) -> None:
        self.rng, self.point, self.cost = rng, point, cost
        self.beta, self.step = BETA, 1.0
        self._proposed = self._accepted = 0

    def propose(self) -> Proposal:
        """The next place, and how much it may cost."""
        chosen = self.rng.permutation(len(self.point))[: self.rng.integers(1, MOVED + 1)]
        moved, here = self.point.copy(), self.point[chosen]
        direction = self.rng.normal(size=len(chosen))
        direction = np.where(here <= 0, abs(direction), direction)
        direction = np.where(here >= 1, -abs(direction), direction)
        ends = np.sort(np.stack([-here, 1 - here]) / direction, axis=0)
        way = self.rng.uniform(ends[0].max(), ends[1].min())
        moved[chosen] = np.clip(here + self.step * way * direction, 0, 1)
        return Proposal(moved, self.cost + self.rng.exponential() / self.beta)

    def settle(self, proposal: Proposal, cost: float) -> None:
        """Accept or refuse a proposal whose cost is known, or known to be above its level."""
        if cost <= proposal.level:
            self.point, self.cost = proposal.point, cost
            self._accepted += 1
        self._proposed += 1
        if self._proposed == WINDOW:
            self._adapt(self._accepted / WINDOW)
            self._proposed = self._accepted = 0

    def _adapt(self, ratio: float) -> None:
        low, high = BAND
        factor = 1 / FACTOR if ratio < low else FACTOR if ratio > high else 1.0
        self.beta = max(LEAST_BETA, self.beta * factor)
        self.step = min(1.0, max(SMALLEST_STEP, self.step * factor))
