"""Few multipliers for several operating points."""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.strategies.choices import layer_design
from hwgen.mapping.strategies.matching import Group, groups_of, probe_rounds, thinned
from hwgen.mapping.strategies.search import Procedure, Steps
from hwgen.mapping.tolerance import LARGEST_NOISE, noise_costs, tolerances
from hwgen.spec.mapping.rules import Choice

__all__ = ["Qos", "clustered", "damped", "member_of", "operating_points"]

POINTS = 3  # operating points of an accelerator, as published
MOST_RUNS = 16  # accelerators
EPSILON = 1e-6  # added to a tolerance, as published


class Qos(Procedure):
    """Operating points that share a few multipliers (QoS-Nets; Trommer et al., 2024).

    Published, with tolerances as :class:`~hwgen.mapping.strategies.agn_match.AgnMatch` has
    them: every layer at every ``lambda`` is a vector of ``K * s_m / (sigma_l * std_l)`` over all
    multipliers ``m``, entries from 1 on damped to ``1 + ln``; k-means makes ``n`` clusters of
    these vectors, each cluster gets the multiplier of least power among those whose entry in
    the centroid is at most 1, and each ``lambda`` is one operating point.

    Reconstructed: tolerances without training; power is that of all layers; a cluster that
    admits none gets the multiplier of the smallest entry. ``n`` is the number of multipliers
    that the hardware form holds, or of modes where it holds one. Ours: the bias update in place
    of batch normalization that is fine-tuned for every point.

    Three operating points share ``n`` multipliers, as in the paper. For a front the method runs
    up to 16 times, each time on the next three of a geometric sweep of ``lambda`` between the
    first and the last at which some layer bears another multiplier.
    """

    def steps(self) -> Steps:
        problem, options = self.problem, self.options
        costs = yield from noise_costs(
            problem, probe_rounds(options.budget, len(problem.layers)), options.seed
        )
        tolerance = tolerances(problem, costs)
        groups = groups_of(problem)
        runs = max(1, min(MOST_RUNS, self.questions_left // (POINTS * len(groups))))
        designs = [x for group in groups for x in self._points(group, tolerance, runs)]
        yield thinned(list(dict.fromkeys(designs)), self.questions_left)

    def _points(self, group: Group, tolerance: NDArray[np.float64], runs: int) -> list[Design]:
        """Designs of as many accelerators, the most accurate first."""
        steps = group.steps(tolerance)
        steps = steps[steps > 0]
        if not steps.size:
            return []
        sweep = np.geomspace(steps.min(), steps.max(), POINTS * runs)
        sigma = np.minimum(sweep[:, None] * tolerance, LARGEST_NOISE)
        corrections = self.options.corrections or Corrections()
        return [
            layer_design(self.problem, point, corrections)
            for own in np.split(sigma, runs)
            for point in operating_points(group, own, self.options.seed)
        ]


def operating_points(
    group: Group, sigma: NDArray[np.float64], seed: int
) -> list[tuple[Choice, ...]]:
    """Choices of all layers at each operating point of one accelerator.

    Parameters
    ----------
    group : Group
    sigma : float64[points, layers]
        Noise that layers bear.
    seed : int
        Of the clusters.
    """
    choices = group.group.choices
    rows = damped(group.errors / (sigma[..., None] + EPSILON))
    count = group.group.capacity if group.group.capacity > 1 else len(choices)
    labels, centroids = clustered(rows.reshape(-1, len(choices)), count, seed)
    members = np.array([member_of(x, group.energies.sum(axis=0)) for x in centroids])
    return [tuple(choices[x] for x in point) for point in members[labels].reshape(sigma.shape)]


def damped(ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ratios, those from 1 on as ``1 + ln``: how far out of reach matters little."""
    found: NDArray[np.float64] = np.where(ratios >= 1, 1 + np.log(np.maximum(ratios, 1)), ratios)
    return found


def clustered(
    rows: NDArray[np.float64], count: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Cluster of every row, and centroids: k-means from a drawn start (k-means++)."""
    count = min(count, len(np.unique(rows, axis=0)))
    with warnings.catch_warnings():  # a cluster that loses its rows keeps its centroid
        warnings.simplefilter("ignore", UserWarning)
        centroids, labels = kmeans2(rows, count, iter=100, minit="++", rng=seed)
    return labels.astype(np.int64), centroids


def member_of(centroid: NDArray[np.float64], energies: NDArray[np.float64]) -> int:
    """The choice of least energy among those that a cluster bears."""
    borne = centroid <= 1
    if not borne.any():
        return int(centroid.argmin())
    return int(np.where(borne, energies, np.inf).argmin())
