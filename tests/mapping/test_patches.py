"""The error model of many patches: its formula, and what it predicts."""

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.golden.convolution import accumulate
from hwgen.golden.products import products_of
from hwgen.mapping.corrections.statistics import LayerStatistics, scales
from hwgen.mapping.kinds import errors
from hwgen.mapping.patches import output_error, patches, relative_errors
from hwgen.network.graph import Convolution, Quantization, Rescale
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice


def statistics(channels=4, filters=8, groups=1, images=6, seed=0):
    """A layer that reads images of very different brightness, as layers do."""
    rng = np.random.default_rng(seed)
    layer = Convolution(
        name="only",
        inputs=("image",),
        shape=(6, 6, filters),
        quantization=Quantization(1.0, 0),
        weights=rng.normal(3, 30, (filters, 3, 3, channels // groups)).round().astype(np.int8),
        bias=np.zeros(filters, np.int32),
        stride=(1, 1),
        padding=(0, 0, 0, 0),
        rescale=(Rescale(1, 0, 8),) * filters,
        groups=groups,
    )
    bright = rng.uniform(0.05, 1, (images, 1, 1, 1))
    codes = (bright * rng.integers(0, 256, (images, 8, 8, channels))).astype(np.uint8)
    return LayerStatistics(layer, codes, 0, 255)


def simulated(of, name):
    """Exact minus approximate accumulators: int64[N, H, W, F]."""
    layer = of.layer
    exact, own = (
        accumulate(layer, products_of(layer, LayerMapping(multiplier=x), 0), of.codes, 0)
        for x in ("exact", name)
    )
    return exact - own


def by_the_formula(of, name, fields):
    """The paper's, with histograms: mean and deviation of the accumulator's error."""
    layer, map_ = of.layer, errors(find(name), 0)
    filters = len(layer.weights) // layer.groups
    mus, variances = [], []
    for group in range(layer.groups):
        own = layer.weights[group * filters : (group + 1) * filters].view(np.uint8)
        p_w = np.bincount(own.ravel(), minlength=256) / own.size
        for field in fields[:, group]:
            joint = np.outer(np.bincount(field, minlength=256) / field.size, p_w)
            mu = (map_ * joint).sum()
            mus.append(mu)
            variances.append(((map_ - mu) ** 2 * joint).sum() / layer.fan_in)
    mus, count = np.array(mus), len(mus)
    variance = ((mus**2 + variances).sum() - mus.sum() ** 2 / count) / count
    return layer.fan_in * mus.mean(), layer.fan_in * np.sqrt(variance)


@pytest.mark.parametrize("groups", [1, 4])
@pytest.mark.parametrize("name", ["perforated_a2", "truncated_7", "roup_1_4"])
def test_the_formula_is_the_published_one(name, groups):
    of = statistics(groups=groups)
    fields = patches(of)[:50]
    found = output_error(of, Choice(name, 0), fields)
    assert (found.mean, found.deviation) == pytest.approx(by_the_formula(of, name, fields))


@pytest.mark.parametrize("name", ["perforated_a2", "truncated_7", "mitchell", "drum_4"])
def test_it_predicts_what_a_simulation_finds(name):
    of = statistics(channels=16, filters=64, images=40)
    predicted = output_error(of, Choice(name, 0), patches(of))
    found = simulated(of, name)
    assert predicted.deviation == pytest.approx(found.std(), rel=0.1)
    assert predicted.mean == pytest.approx(found.mean(), abs=0.1 * found.std())


def test_one_histogram_would_miss_how_patches_differ():
    """What truncation loses grows with the activations: bright patches lose more."""
    of = statistics(channels=16, filters=64, images=40)
    fields = patches(of)
    pooled = fields.reshape(1, 1, -1)  # all patches as one
    blind = by_the_formula(of, "truncated_7", pooled)[1]
    found = simulated(of, "truncated_7").std()
    assert blind < 0.5 * found
    assert output_error(of, Choice("truncated_7", 0), fields).deviation > 0.9 * found


def test_an_exact_multiplier_is_off_by_nothing():
    of = statistics()
    assert output_error(of, Choice("exact_booth", 0), patches(of)) == (0, 0)


def test_errors_are_relative_to_the_spread_of_the_layers_accumulators(problem):
    names = ("exact", "truncated_7", "perforated_a2")
    found = relative_errors(problem, [Choice(name, 0) for name in names])
    assert found.shape == (3, 3)
    assert not found[:, 0].any()
    of = problem.statistics("two")
    exact = problem.exact.mapping.layers["two"]
    sums = accumulate(of.layer, products_of(of.layer, exact, 0), of.codes, of.zero_point)
    spread = np.sqrt(((sums.std(axis=(0, 1, 2)) * scales(of.layer)) ** 2).mean())
    error = output_error(of, Choice("truncated_7", 0), patches(of)).deviation
    assert found[1, 1] == pytest.approx(error * scales(of.layer)[0] / spread)


def test_what_a_layer_cannot_be_multiplied_with_is_infinitely_far_off(problem):
    found = relative_errors(problem, [Choice("exact_dadda_u4xs4", 0)])
    assert np.isinf(found).all()
