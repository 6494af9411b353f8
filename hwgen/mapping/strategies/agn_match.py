"""Multipliers whose errors are no worse than the noise that each layer bears."""

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.design import Corrections, Design
from hwgen.mapping.strategies.choices import layer_design
from hwgen.mapping.strategies.matching import groups_of, probe_rounds, thinned
from hwgen.mapping.strategies.search import Procedure, Steps
from hwgen.mapping.tolerance import LARGEST_NOISE, noise_costs, tolerances
from hwgen.spec.mapping.rules import Choice

__all__ = ["AgnMatch", "AgnMatchPublished"]

ROUNDING = 1 + 1e-9  # of a tolerance that is just met


class AgnMatch(Procedure):
    """Match multipliers to noise tolerances (Trommer et al., ICCAD 2022), without training.

    Published: additive Gaussian noise of a deviation that is learned layer by layer, the error
    model of :func:`~hwgen.mapping.patches.output_error`, and for every layer the multiplier of
    least energy with ``K * s <= sigma_l * std_l``; then retraining. A factor ``lambda`` in the
    loss says how much noise is bought for how much loss, and its sweep gives the front.

    Reconstructed, since nothing is trained here: tolerances are the minimum of the same loss
    with the network's weights as they are, by the noise costs of single layers
    (:func:`~hwgen.mapping.tolerance.tolerances`). Every ``lambda`` at which some layer may take
    another multiplier is tried, as many of them as the budget allows. Ours: the mean error,
    which the paper leaves to retraining, is taken away by the bias update, and where the
    hardware form holds fewer multipliers than would be matched, those are held that cost least
    together.
    """

    CORRECTIONS = Corrections(bias_update=True)

    def steps(self) -> Steps:
        problem, options = self.problem, self.options
        costs = yield from noise_costs(
            problem, probe_rounds(options.budget, len(problem.layers)), options.seed
        )
        designs = self._matched(tolerances(problem, costs))
        yield thinned(designs, self.questions_left)

    def _matched(self, tolerance: NDArray[np.float64]) -> list[Design]:
        """A design for every lambda at which something changes, the most accurate first."""
        groups = groups_of(self.problem)
        steps = np.unique(np.concatenate([x.steps(tolerance) for x in groups]))
        corrections = self.options.corrections or self.CORRECTIONS
        found: dict[tuple[Choice, ...], Design] = {}
        for strength in steps:
            sigma = np.minimum(strength * tolerance, LARGEST_NOISE) * ROUNDING
            matches = [x.match(sigma) for x in groups]
            chosen, _ = min(matches, key=lambda x: x[1])
            if chosen is not None and chosen not in found:
                found[chosen] = layer_design(self.problem, chosen, corrections)
        return list(found.values())


class AgnMatchPublished(AgnMatch):
    """As :class:`AgnMatch`, the mean error left where it is: what the bias update is worth."""

    CORRECTIONS = Corrections(bias_update=False)
