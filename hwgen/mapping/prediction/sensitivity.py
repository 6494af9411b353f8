"""How far a layer's errors move the logits, and what that does to accuracy."""

from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, lsq_linear
from scipy.special import ndtr

__all__ = ["Sensitivities", "disturbance", "predicted_drop", "tolerated"]

LEAST, MOST = 0.2, 5.0  # of what a sensitivity may become, relative to all of them
TRUST = 0.3  # in the measured sensitivities, as the weight of a design's residual


def disturbance(exact: NDArray[np.float64], found: NDArray[np.float64]) -> float:
    """Mean square by which margins moved."""
    return float(((found - exact[: len(found)]) ** 2).mean())


@dataclass(frozen=True)
class Sensitivities:
    """Disturbance of the margins per relative error variance of each layer.

    Independent errors of several layers add up: their variances at the logits do, as long as
    they are small. Measured by one probe of noise per layer; corrected by designs that were
    emulated.

    Parameters
    ----------
    by_layer : mapping of str to float
        In squared codes of the logits.
    """

    by_layer: AbstractMapping[str, float]

    def predict(self, variances: AbstractMapping[str, float]) -> float:
        """Disturbance by error variances of the layers."""
        return sum(self.by_layer[name] * x for name, x in variances.items())

    def corrected(
        self, designs: Sequence[AbstractMapping[str, float]], measured: Sequence[float]
    ) -> "Sensitivities":
        """Fit to the disturbances of designs, given by the layers' error variances.

        Least squares of relative deviations, drawn towards one common factor for all layers.
        """
        names = list(self.by_layer)
        terms = np.array(
            [
                [self.by_layer[name] * design[name] / found for name in names]
                for design, found in zip(designs, measured, strict=True)
            ]
        )
        common = float(terms.sum(axis=1) @ np.ones(len(terms))) / float(
            terms.sum(axis=1) @ terms.sum(axis=1)
        )
        trust = TRUST / common * np.eye(len(names))
        system = np.concatenate([terms, trust])
        wanted = np.concatenate([np.ones(len(terms)), np.full(len(names), TRUST)])
        fitted = lsq_linear(system, wanted, bounds=(LEAST * common, MOST * common)).x
        return Sensitivities(
            {name: self.by_layer[name] * float(x) for name, x in zip(names, fitted, strict=True)}
        )


def predicted_drop(exact: NDArray[np.float64], moved: float) -> float:
    """Accuracy lost, in percent points, when Gaussian noise of variance ``moved`` meets margins."""
    if moved <= 0:
        return 0.0
    wrong = ndtr(-exact / sqrt(moved))
    return 100 * float((wrong[exact > 0].sum() - (1 - wrong[exact < 0]).sum()) / len(exact))


def tolerated(exact: NDArray[np.float64], drop: float) -> float:
    """Disturbance that costs ``drop`` percent points: the inverse of :func:`predicted_drop`."""
    highest = float((exact**2).max()) * 100
    if predicted_drop(exact, highest) <= drop:
        return highest
    return float(brentq(lambda x: predicted_drop(exact, x) - drop, 1e-9, highest, xtol=1e-6))
