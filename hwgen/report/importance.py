"""How much each layer has to do with what designs save and lose."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Importance", "importance"]

_ROUNDS = 1000  # of coordinate descent: far more than it takes


@dataclass(frozen=True, kw_only=True, eq=False)
class Importance:
    """Shares of the variance over designs that layers explain.

    Parameters
    ----------
    energy : float64[layers]
        Of the energy of the network. They sum to 1.
    drop : float64[layers]
        Of the accuracy lost. They sum to :attr:`explained`.
    explained : float
        Share of the variance of the drop that all layers together explain: 0 to 1.
    designs : int
        That this was seen on.
    """

    energy: NDArray[np.float64]
    drop: NDArray[np.float64]
    explained: float
    designs: int


def importance(energies: NDArray[np.float64], drops: NDArray[np.float64]) -> Importance | None:
    """Attribute energy and accuracy of designs to layers.

    Energy is a sum over layers, so layer ``l`` explains ``Cov(e_l, E) / Var(E)`` of its variance.
    The drop is modelled as a sum, too: ``d = c + sum_l b_l * s_l`` by least squares with
    ``b_l >= 0``, where ``s_l`` is the energy saved in the layer; layer ``l`` explains
    ``Cov(b_l * s_l, d) / Var(d)``. What is left unexplained is how layers act together, and what
    a design does beside saving energy. It says what happened in a search, which does not try all
    layers alike, not what a layer could bear alone.

    Parameters
    ----------
    energies : float64[designs, layers]
        Of each layer, relative to the network's exact energy.
    drops : float64[designs]
        Accuracy lost, in percent points.

    Returns
    -------
    Importance or None
        None where designs are fewer than layers and two more, or all alike.
    """
    count, layers = energies.shape
    total = energies.sum(axis=1)
    if count < layers + 2 or not total.std() or not drops.std():
        return None
    saved = energies.max(axis=0) - energies
    parts = saved * _least_squares(saved - saved.mean(axis=0), drops - drops.mean())
    by_drop = _shares(parts, drops)
    return Importance(
        energy=_shares(energies, total),
        drop=by_drop,
        explained=float(by_drop.sum()),
        designs=count,
    )


def _shares(parts: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance of every part with the whole, relative to the variance of the whole."""
    centred = whole - whole.mean()
    shares: NDArray[np.float64] = (parts - parts.mean(axis=0)).T @ centred / (centred @ centred)
    return shares


def _least_squares(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Non-negative factors of the columns of ``x`` whose sum is nearest to ``y``."""
    gram, target = x.T @ x, x.T @ y
    found = np.zeros(len(target))
    for _ in range(_ROUNDS):
        before = found.copy()
        for i in np.flatnonzero(gram.diagonal() > 0):
            found[i] = max(0.0, found[i] + (target[i] - gram[i] @ found) / gram[i, i])
        if np.allclose(found, before, rtol=1e-9, atol=1e-12):
            break
    return found
