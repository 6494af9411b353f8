"""What a multiplier sees of an activation: all of it, or a coarser one."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["FINE", "Coarse", "coarseness"]

DEEPEST = 6  # bits that are left out
GAIN = 0.02  # of the residual variance that a coarser view must take away


class Coarse(NamedTuple):
    """A function of the stored activation code.

    Parameters
    ----------
    bits : int
        Low bits that are left out.
    rounds : bool
        Whether they are rounded away, half up, and not cut off.
    """

    bits: int
    rounds: bool

    @property
    def values(self) -> NDArray[np.float64]:
        """Of every code: float64[256]."""
        step = 1 << self.bits
        moved = np.arange(256) + (step // 2 if self.rounds else 0)
        return (moved // step * step).astype(np.float64)


FINE = Coarse(0, False)
VIEWS = (
    FINE,
    *(Coarse(bits, rounds) for bits in range(1, DEEPEST + 1) for rounds in (True, False)),
)


def coarseness(table: NDArray[np.float64], histogram: NDArray[np.float64]) -> Coarse:
    """The view of the activation that products are nearest to multiples of.

    Of a multiplier that shortens its activations before it multiplies, products are multiples
    of the shorter one, and what that is off of the activation is no noise of its own at every
    tap: taps that read alike are off alike.

    Parameters
    ----------
    table : float64[256, codes]
        Products by stored activation code.
    histogram : float64[256]
        Probability of each activation code.
    """
    centred = table - histogram @ table
    values = np.stack([view.values for view in VIEWS])
    values -= (values @ histogram)[:, None]
    variances = np.maximum(values**2 @ histogram, 1e-9)
    explained = ((values * histogram) @ centred) ** 2 / variances[:, None]
    left = (histogram @ centred**2 - explained).sum(axis=1)
    best = int(left.argmin())
    return VIEWS[best] if left[best] < (1 - GAIN) * left[0] else FINE
