"""Choosing codes together: the compiled kernel, the fallback, and what both promise."""

import itertools

import numpy as np
import pytest

from hwgen.kernels.tuning import paths, tune

RNG = np.random.default_rng(5)


def problem(filters, taps, blocks, seed):
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=(4 * taps, taps)) @ rng.normal(size=(taps, taps))
    covariance = samples.T @ samples / len(samples) + 0.01 * np.eye(taps)
    upper = np.linalg.cholesky(np.linalg.inv(covariance)).T
    slopes = rng.integers(-8, 9, 256 * blocks) + rng.normal(size=256 * blocks)
    prices = rng.random((filters, 256 * blocks)) * 0.5
    prices[:, rng.random(256 * blocks) < 0.9] = np.inf
    return rng.normal(scale=4, size=(filters, taps)), upper, covariance, slopes, prices


def cost(target, covariance, slopes, prices, found):
    off = target - slopes[found]
    own = np.take_along_axis(prices, found.astype(np.int64), axis=1).sum(axis=1)
    return np.einsum("fk,kl,fl->f", off, covariance, off) + own


@pytest.mark.parametrize("passes", [0, 1, 5])
@pytest.mark.parametrize("blocks", [1, 3])
@pytest.mark.parametrize("is_free", [False, True])
def test_compiled_equals_numpy(passes, blocks, is_free):
    if len(paths()) < 2:
        pytest.skip("needs a compiled kernel")
    for seed in range(5):
        target, upper, covariance, slopes, prices = problem(7, 19, blocks, seed)
        index = None if is_free else RNG.integers(0, blocks, target.shape, dtype=np.uint8)
        ours, theirs = (
            tune(target, upper, covariance, index, slopes, prices, passes=passes, path=path)
            for path in paths()
        )
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("path", paths())
def test_descent_lowers_the_objective_and_comes_near_the_best(path):
    ratios = []
    for seed in range(20):
        target, upper, covariance, slopes, prices = problem(1, 4, 1, seed)
        allowed = np.flatnonzero(np.isfinite(prices[0]))[:6]
        prices[:, np.setdiff1d(np.arange(256), allowed)] = np.inf
        once, more = (
            cost(
                target,
                covariance,
                slopes,
                prices,
                tune(target, upper, covariance, None, slopes, prices, passes=n, path=path),
            )[0]
            for n in (0, 20)
        )
        best = min(
            cost(target, covariance, slopes, prices, np.array([places]))[0]
            for places in itertools.product(allowed, repeat=4)
        )
        assert best - 1e-9 <= more <= once + 1e-9
        ratios.append(more / best)
    assert np.median(ratios) < 1.1


def test_an_infinite_price_is_never_paid():
    target, upper, covariance, slopes, prices = problem(9, 11, 2, 3)
    found = tune(target, upper, covariance, None, slopes, prices, passes=3)
    assert np.isfinite(np.take_along_axis(prices, found.astype(np.int64), axis=1)).all()


def test_a_tap_keeps_to_its_block():
    target, upper, covariance, slopes, prices = problem(9, 11, 3, 4)
    index = RNG.integers(0, 3, target.shape, dtype=np.uint8)
    found = tune(target, upper, covariance, index, slopes, prices, passes=3)
    assert np.array_equal(found // 256, index)
