"""Noise that layers bear: the search for it, and the loss that it minimizes."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import minimize

from hwgen.mapping.tolerance import LARGEST_NOISE, noise_costs, noise_loss, tolerances


def costs_of(problem, rise, rounds):
    """Run the probes on made-up answers; returns the costs and the probes' noise by round."""
    steps = noise_costs(problem, rounds, seed=1)
    images, asked = len(problem.images), []
    try:
        probes = next(steps)
        while True:
            asked.append([dict(x.noise) for x in probes])
            assert all(x.images <= images for x in probes)
            probes = steps.send([answer(problem, rise(dict(x.noise)), x.images) for x in probes])
    except StopIteration as end:
        return end.value, asked


def answer(problem, rise, images):
    """Margins, all alike, whose loss is ``rise`` above that of the exact network."""
    loss = noise_loss(problem, problem.exact_margins[:images]) + rise
    scale = problem.network.layers[-1].quantization.scale
    return SimpleNamespace(margins=np.full(images, -np.log(np.expm1(loss)) / scale))


def test_the_loss_is_that_of_two_classes(problem):
    scale = problem.network.layers[-1].quantization.scale
    margins = np.array([-2.0, 0.0, 3.0]) / scale
    expected = np.log(1 + np.exp([2.0, 0.0, -3.0])).mean()
    assert noise_loss(problem, margins) == pytest.approx(expected)


def test_costs_are_found_whatever_their_size(problem):
    true = dict(zip(problem.layers, [0.002, 0.3, 20.0], strict=True))

    def rise(noise):
        return sum(true[name] * x**2 for name, x in noise.items())

    found, asked = costs_of(problem, rise, rounds=4)
    assert found == pytest.approx(list(true.values()))
    assert [len(x) for x in asked] == [3] * 4
    assert all(len(noise) == 1 for probes in asked for noise in probes)


def test_the_probe_closest_to_the_target_counts(problem):
    """Loss that jumps is not quadratic: what matters is where noise costs a little."""

    def rise(noise):
        return sum(0.05 * x**2 if x < 0.15 else 100.0 for x in noise.values())

    found, asked = costs_of(problem, rise, rounds=4)
    assert found == pytest.approx([0.05] * 3)
    own = [noise["two"] for probes in asked for noise in probes if "two" in noise]
    assert own == pytest.approx([0.2, 0.05, 0.1, 0.02**0.5])


def test_luck_is_no_sensitivity(problem):
    """A layer whose noise helps is taken for one that bears much, not for one that gains."""
    found, asked = costs_of(problem, lambda noise: -0.01, rounds=2)
    assert (found > 0).all()
    first, second = ([x for noise in probes for x in noise.values()] for probes in asked)
    assert [y / x for x, y in zip(first, second, strict=True)] == pytest.approx([4] * 3)


def test_without_probes_layers_are_alike(problem):
    found, asked = costs_of(problem, lambda noise: 1.0, rounds=0)
    assert asked == []
    assert found.tolist() == [1.0] * 3


def test_tolerances_minimize_the_published_loss(problem):
    costs, strength = np.array([0.5, 2.0, 40.0]), 0.4
    operations = [x.operations for x in problem.network.convolutions]
    share = np.array(operations) / sum(operations)

    def loss(sigma):
        bought = share @ np.minimum(np.abs(sigma), LARGEST_NOISE)
        return costs @ sigma**2 - strength * bought

    best = minimize(loss, np.full(3, 0.1), method="Nelder-Mead", options={"xatol": 1e-8})
    found = np.minimum(strength * tolerances(problem, costs), LARGEST_NOISE)
    assert found == pytest.approx(best.x, rel=1e-2, abs=1e-6)
