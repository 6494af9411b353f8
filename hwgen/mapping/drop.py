"""How much accuracy a mapping loses, as far as some hundred images can tell."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Drop", "margins", "paired_drop"]

Z_95 = 1.645  # one-sided 95 % quantile of the normal distribution


@dataclass(frozen=True)
class Drop:
    """Accuracy lost against the exact network on the same images, in percent points.

    Parameters
    ----------
    accuracy : float
        Top-1 accuracy of the mapping, in percent.
    observed : float
        Exact accuracy minus ``accuracy``.
    expected : float
        Drop expected on images like these, see :func:`paired_drop`. It has no steps, so it
        tells mappings apart that lose the same images.
    bound : float
        What a choice relies on: one-sided 95 % upper confidence bound of ``expected``, and
        never less than ``observed``. Zero for a mapping that changes no margin.
    """

    accuracy: float
    observed: float
    expected: float
    bound: float


def margins(logits: NDArray[np.uint8], labels: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """How far each label's logit leads, in codes; positive when the image is recognized.

    The first of equal logits wins, so a tie is half a code for or against the label.
    """
    images, classes = logits.shape
    rows, numbers = np.arange(images), np.arange(classes)
    own = logits[rows, labels].astype(float)
    rivals = logits + np.where(numbers[None, :] < labels[:, None].astype(int), 0.5, -0.5)
    rivals[rows, labels] = -np.inf
    return np.asarray(own - rivals.max(axis=1), dtype=float)


def paired_drop(exact: NDArray[np.float64], approximate: NDArray[np.float64]) -> Drop:
    """Judge a mapping by the margins of the same images with the exact network and with it.

    Some hundred images lose or win a handful, and the cheapest of hundreds of mappings is the
    one that was luckiest. So the images are not counted: a mapping shrinks and shifts all
    margins alike (a line, fitted by least squares) and disturbs each one at random (what is
    left). Any disturbance might have met any image. That gives every image a probability of
    falling on the wrong side, and with it expected numbers of images lost and won, L and W:
    ``expected = (L - W) / n``. The bound is that of paired proportions by Agresti and Min
    (Statistics in Medicine 24, 2005: half an observation added to each cell)::

        (L - W + 1.645 * sqrt(L + W + 1 - (L - W)**2 / (n + 2))) / (n + 2)

    Measured by ``benchmarks/drop_rule.py`` on the digits network (400 mappings, 200 splits of
    the 400 calibration images in two): picking on one half, for a limit of 1 point, by the
    observed drop loses 0.55 points on the other half in the mean, and more than 1 point in
    32 % of the splits; the same bound with counted images 0.73 and 50 %; this one 0.10 and
    18 %, at twice the energy of the first.
    """
    count = len(exact)
    right, wrong = exact > 0, exact < 0
    accuracy = 100 * float((approximate > 0).mean())
    observed = 100 * float(right.mean()) - accuracy
    if np.array_equal(exact, approximate):
        return Drop(accuracy, 0.0, 0.0, 0.0)
    centred = exact - exact.mean()
    slope = float(centred @ approximate) / max(float(centred @ centred), 1e-9)
    line = approximate.mean() + slope * centred
    disturbances = np.sort(approximate - line)
    falling = np.searchsorted(disturbances, -line) / count  # P(line + disturbance < 0)
    lost, won = float(falling[right].sum()), float((1 - falling[wrong]).sum())
    spread = sqrt(lost + won + 1 - (lost - won) ** 2 / (count + 2))
    bound = 100 * (lost - won + Z_95 * spread) / (count + 2)
    return Drop(accuracy, observed, 100 * (lost - won) / count, max(bound, observed))
