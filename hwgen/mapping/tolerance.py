"""How much noise each layer bears, found by putting it there."""

from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from hwgen.mapping.design import Probe, Question
from hwgen.mapping.outcome import Outcome
from hwgen.mapping.problem import Problem

__all__ = ["LARGEST_NOISE", "noise_costs", "noise_loss", "tolerances"]

LARGEST_NOISE = 1.0  # relative deviation that no layer goes beyond: sigma_max of the paper
FIRST_NOISE = 0.2
LARGEST_STEP = 4.0  # factor between the noise of one probe of a layer and the next
IMAGES = 256
TARGET = 0.1  # rise of the loss that a layer's probes look for, as a share of the exact loss
LEAST_TARGET = 0.01  # the same, in nats: of networks that are never wrong


def noise_costs(
    problem: Problem, rounds: int, seed: int
) -> Generator[Sequence[Question], Sequence[Outcome], NDArray[np.float64]]:
    """What each layer's noise costs: loss per square of its relative deviation.

    Every layer is probed alone ``rounds`` times; noise that raises the loss by a given amount
    is looked for, and the probe that came closest tells the cost. Without any probe, all
    layers cost the same.

    Returns
    -------
    float64[layers]
        The value of the generator.
    """
    images = min(IMAGES, len(problem.images))
    exact = noise_loss(problem, problem.exact_margins[:images])
    target = max(TARGET * exact, LEAST_TARGET)
    deviation = np.full(len(problem.layers), FIRST_NOISE)
    costs, missed = np.ones(len(deviation)), np.full(len(deviation), np.inf)
    low, high = np.zeros(len(deviation)), np.full(len(deviation), np.inf)
    for _ in range(rounds):
        outcomes = yield [
            Probe(noise=((name, float(x)),), images=images, seed=seed)
            for name, x in zip(problem.layers, deviation, strict=True)
        ]
        found = np.array([noise_loss(problem, x.margins) for x in outcomes]) - exact
        rise = np.maximum(found, target / LARGEST_STEP**2)  # what is less is chance
        miss = np.abs(np.log(rise / target))
        closer = miss < missed
        costs = np.where(closer, rise / deviation**2, costs)
        missed = np.minimum(miss, missed)
        low = np.where(rise < target, np.maximum(low, deviation), low)
        high = np.where(rise < target, high, np.minimum(high, deviation))
        step = np.clip(np.sqrt(target / rise), 1 / LARGEST_STEP, LARGEST_STEP)
        # A step that goes where the answer is known already halves the way instead.
        is_new = (low < deviation * step) & (deviation * step < high)
        deviation = np.where(is_new, deviation * step, np.sqrt(low * np.minimum(high, 1e9)))
    return costs


def noise_loss(problem: Problem, margins: NDArray[np.float64]) -> float:
    """Mean cross-entropy of each label against its strongest rival, in nats."""
    scale = problem.network.layers[-1].quantization.scale
    return float(np.logaddexp(0, -scale * margins).mean())


def tolerances(problem: Problem, costs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Noise that each layer bears for ``lambda = 1``: relative deviations, float64[layers].

    Training in the paper minimizes ``loss - lambda * sum_l ops_l / ops * min(sigma_l, largest)``
    over the deviations ``sigma_l``. Noise of zero mean that is independent from layer to layer
    raises the loss, as far as second order, by ``sum_l cost_l * sigma_l**2``; the minimum is then
    at ``sigma_l = lambda * (ops_l / ops) / (2 * cost_l)``, below :data:`LARGEST_NOISE`.
    """
    operations = np.array([problem.layer_by_name[name].operations for name in problem.layers])
    found: NDArray[np.float64] = operations / operations.sum() / (2 * costs)
    return found
