"""The control variate against the accumulators that it corrects."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.arith.operand import U8
from hwgen.golden import im2col
from hwgen.mapping.corrections.bias import bias_update
from hwgen.mapping.corrections.variate import control_variate
from hwgen.spec.mapping import LayerMapping
from tests.mapping.corrections.measured import MIXED, ZERO_POINT, errors, grouped, random_codes


def corrected(layer, mapping, codes, **options):
    variate = control_variate(layer, mapping, codes, ZERO_POINT, **options)
    with_variate = replace(mapping, control_variate=variate)
    return replace(with_variate, bias_update=bias_update(layer, with_variate, codes, ZERO_POINT))


@pytest.mark.parametrize(
    ("name", "x", "bits"),
    [("perforated_a2_u8", "low", 2), ("truncated_7_u8", "or", 7), ("truncated_7_u8", "low", 7)],
)
@pytest.mark.parametrize("depthwise", [False, True])
def test_a_control_variate_takes_mean_and_variance_away(network, name, x, bits, depthwise):
    # Without padding: its taps vary together, and the formula is for independent ones.
    layer = replace(network.layers[1], padding=(0, 0, 0, 0), shape=(2, 2, 4))
    if depthwise:
        layer = grouped(layer)
    codes = random_codes(network, layer, count=1000)
    plain = LayerMapping(multiplier=name)
    updated = replace(plain, bias_update=bias_update(layer, plain, codes, ZERO_POINT))
    before = errors(layer, updated, codes)
    after = errors(layer, corrected(layer, plain, codes, x=x, bits=bits), codes)
    assert np.abs(after.mean(axis=0)).max() <= 1  # rounded once in the bias, once in the sum
    assert (after.var(axis=0) < before.var(axis=0)).all()


def test_the_factors_of_a_perforated_multiplier_are_the_mean_weights(network):
    """For taps alike, C is the mean encoded weight (Zervakis et al., DAC 2021)."""
    layer = replace(network.layers[1], padding=(0, 0, 0, 0), shape=(2, 2, 4))
    codes = random_codes(network, layer, count=4000)
    mapping = LayerMapping(multiplier="perforated_a2_u8")
    found = control_variate(layer, mapping, codes, ZERO_POINT, x="low", bits=2, fraction=8)
    means = layer.weights.reshape(4, -1).mean(axis=1) + 128
    np.testing.assert_allclose(np.array(found.factors) / 256, means, atol=1)


@pytest.mark.parametrize("x", ["low", "or"])
def test_factors_follow_the_formula_tap_by_tap(network, x):
    layer = network.layers[0]
    codes = random_codes(network, layer, count=30)
    found = control_variate(layer, MIXED, codes, ZERO_POINT, x=x, bits=3, fraction=10)
    taps = im2col(codes, layer, ZERO_POINT).reshape(-1, layer.fan_in).astype(int)
    read = taps % 8 if x == "low" else np.minimum(taps % 8, 1)
    choices, index = MIXED.resolve(layer.centred_weights)
    wanted = []
    for f, weights in enumerate(layer.weights.reshape(4, -1).astype(int)):
        covariance = 0
        for k, w in enumerate(weights):
            chosen = choices[index.reshape(4, -1)[f, k]]
            assert find(chosen.multiplier).a_kind == U8
            product = find(chosen.multiplier).compute(taps[:, k], w, chosen.mode)
            covariance += np.cov(taps[:, k] * w - product, read[:, k], bias=True)[0, 1]
        wanted.append(covariance / read.var(axis=0).sum())
    np.testing.assert_allclose(np.array(found.factors) / 1024, wanted, atol=1 / 1024)


def test_a_variate_that_never_varies_gets_no_factor(network):
    codes = np.full((3, 6, 6, 2), 64, np.uint8)
    layer = replace(network.layers[0], padding=(0, 0, 0, 0), shape=(4, 4, 4))
    found = control_variate(layer, MIXED, codes, 64, x="low", bits=2)
    assert found.factors == (0, 0, 0, 0)
