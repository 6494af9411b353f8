"""Corrections against the accumulators that they correct."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen import golden
from hwgen.arith.catalogue import CATALOGUE, find
from hwgen.arith.operand import U8
from hwgen.golden import im2col
from hwgen.mapping.corrections import bias_update, control_variate, update_biases
from hwgen.mapping.moments import tap_histograms
from hwgen.spec.mapping import FilterRule, LayerMapping, Mapping, RangeRule, TunedWeights

ZERO_POINT = 3
APPROXIMATE = ["truncated_7", "perforated_a2", "roup_1_4", "perforated_a2_u8", "truncated_7_s8"]
EXACT = LayerMapping(multiplier="exact")
MIXED = LayerMapping(
    multiplier="truncated_7",
    filters=(FilterRule(filters="0-1", mode=0, multiplier="perforated_a2"),),
    ranges=(RangeRule(codes="-30..30", mode=0, multiplier="roup_1_4"),),
)


def random_codes(network, layer, count=40, seed=2):
    shape = network.shapes[layer.inputs[0]]
    return np.random.default_rng(seed).integers(0, 256, size=(count, *shape), dtype=np.uint8)


def accumulators(layer, mapping, codes):
    products = golden.products_of(layer, mapping, ZERO_POINT)
    return golden.accumulate(layer, products, codes, ZERO_POINT)


def errors(layer, mapping, codes):
    """Exact minus approximate, all positions of all images: [positions, F]."""
    error = accumulators(layer, EXACT, codes) - accumulators(layer, mapping, codes)
    return error.reshape(-1, error.shape[-1])


def grouped(layer):
    """The layer with two filters on each input channel."""
    channels = layer.weights.shape[3]
    weights = np.repeat(layer.weights[:channels, ..., :1], 2, axis=0)[: 2 * channels]
    return replace(
        layer,
        weights=weights,
        bias=np.resize(layer.bias, len(weights)),
        shape=(*layer.shape[:2], len(weights)),
        rescale=layer.rescale[:1] * len(weights),
        groups=channels,
    )


def check_update(layer, mapping, codes):
    update = np.array(bias_update(layer, mapping, codes, ZERO_POINT))
    before, after = (
        errors(layer, x, codes).mean(axis=0)
        for x in (mapping, replace(mapping, bias_update=tuple(update.tolist())))
    )
    assert np.abs(before).max() > 5
    assert np.abs(after).max() <= 0.5


@pytest.mark.parametrize("name", APPROXIMATE)
@pytest.mark.parametrize("position", [0, 1])
def test_the_mean_error_of_every_filter_is_less_than_one(network, name, position):
    layer = network.layers[position]
    check_update(layer, LayerMapping(multiplier=name), random_codes(network, layer))


@pytest.mark.parametrize(
    "mapping",
    [
        MIXED,
        LayerMapping(multiplier="exact", tuned_weights=TunedWeights.of(np.full((4, 36), 9))),
    ],
)
def test_mixed_modes_and_tuned_weights_are_corrected_alike(network, mapping):
    layer = network.layers[1]
    check_update(layer, mapping, random_codes(network, layer))


@pytest.mark.parametrize("name", APPROXIMATE)
def test_the_groups_of_a_layer_are_corrected_apart(network, name):
    layer = grouped(network.layers[1])
    check_update(layer, LayerMapping(multiplier=name), random_codes(network, layer))


def test_half_a_unit_rounds_up(network):
    layer = network.layers[2]
    codes = random_codes(network, layer, count=2, seed=3)
    mapping = LayerMapping(multiplier="truncated_7")
    wanted = np.floor(errors(layer, mapping, codes).mean(axis=0) + 0.5).astype(int)
    assert bias_update(layer, mapping, codes, ZERO_POINT) == tuple(wanted)


def test_an_earlier_update_does_not_count(network):
    layer = network.layers[0]
    codes = random_codes(network, layer)
    plain = LayerMapping(multiplier="truncated_7")
    updated = replace(plain, bias_update=(1000,) * 4)
    assert bias_update(layer, plain, codes, 3) == bias_update(layer, updated, codes, 3) != ()


@pytest.mark.parametrize(
    "name",
    [name for name, x in CATALOGUE.items() if name.startswith("exact") and x.a_kind.width == 8],
)
def test_an_exact_multiplier_needs_no_update(network, name):
    codes = np.full((1, 6, 6, 2), 200, np.uint8)
    assert bias_update(network.layers[0], LayerMapping(multiplier=name), codes, 3) == ()


def test_histograms_count_the_taps_that_the_golden_model_multiplies(network):
    for layer in (*network.layers, grouped(network.layers[1])):
        codes = random_codes(network, layer, count=7, seed=4)
        taps = im2col(codes, layer, 3).reshape(-1, layer.groups * layer.fan_in)
        wanted = [np.bincount(taps[:, k], minlength=256) for k in range(taps.shape[1])]
        found = tap_histograms(layer, codes, 3)
        assert found.shape == (layer.groups, layer.fan_in, 256)
        assert np.array_equal(found.reshape(-1, 256), wanted)


def test_updates_are_fitted_in_the_order_of_the_layers(network, images):
    codes = images.calibration_images
    mapping = Mapping({x.name: replace(MIXED, mode=0) for x in network.convolutions})
    seen = []

    def tensor(partial, name):
        seen.append((name, list(partial.layers)))
        tensors = {network.input_name: codes}
        for layer in network.layers:
            if layer.name in partial.layers:
                tensors[layer.name] = golden.step(network, layer, tensors, partial)
        return tensors[name]

    updated = update_biases(network, mapping, tensor)
    assert seen == [("image", []), ("one", ["one"]), ("two", ["one", "two"])]
    tensors = golden.run(network, codes, updated)
    for layer in network.convolutions:
        plain, source = mapping.layers[layer.name], layer.inputs[0]
        zero = network.quantizations[source].zero_point
        assert updated.layers[layer.name] == replace(
            plain, bias_update=bias_update(layer, plain, tensors[source], zero)
        )


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
