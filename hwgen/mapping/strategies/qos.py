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

__all__ = ["Qos", "clustered", "damped", "member_of"]

POINTS = 24  # operating points
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
    that the hardware form holds, or of modes where it holds one. The sweep of ``lambda`` is
    geometric, between the first and the last at which some layer bears another multiplier; its
    24 points, in place of the paper's three, all share the ``n`` multipliers, and so the front
    is that of one accelerator. Ours: the bias update in place of batch normalization that is
    fine-tuned for every point.
    """

    def steps(self) -> Steps:
        problem, options = self.problem, self.options
        costs = yield from noise_costs(
            problem, probe_rounds(options.budget, len(problem.layers)), options.seed
        )
        tolerance = tolerances(problem, costs)
        designs = [x for group in groups_of(problem) for x in self._points(group, tolerance)]
        yield thinned(list(dict.fromkeys(designs)), self.questions_left)

    def _points(self, group: Group, tolerance: NDArray[np.float64]) -> list[Design]:
        """Designs of one accelerator, the most accurate first."""
        usable = np.flatnonzero(np.isfinite(group.errors).all(axis=0))
        choices = [group.group.choices[x] for x in usable]
        errors, energies = group.errors[:, usable], group.energies[:, usable].sum(axis=0)
        steps = group.steps(tolerance)
        steps = steps[steps > 0]
        if not choices or not steps.size:
            return []
        sweep = np.geomspace(steps.min(), steps.max(), POINTS)
        sigma = np.minimum(sweep[:, None] * tolerance, LARGEST_NOISE)
        rows = damped(errors / (sigma[..., None] + EPSILON))
        count = group.group.capacity if group.group.capacity > 1 else len(choices)
        labels, centroids = clustered(rows.reshape(-1, len(choices)), count, self.options.seed)
        members = np.array([member_of(x, energies) for x in centroids])
        corrections = self.options.corrections or Corrections()
        return [
            layer_design(self.problem, [choices[x] for x in point], corrections)
            for point in members[labels].reshape(sigma.shape)
        ]


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
