"""Control variates that layers get: published formulas, and least squares on real windows."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.errors import SpecError
from hwgen.mapping.corrections.alone import weighted
from hwgen.mapping.corrections.families import family_of
from hwgen.mapping.corrections.fitted_variate import fitted_variate
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.spec.mapping import FilterRule, LayerMapping
from tests.mapping.corrections.measured import MIXED, ZERO_POINT, errors, grouped, random_codes

PUBLISHED = {
    "perforated_a3_u8": ("low", 3),
    "recursive_a4_w4_u8": ("low", 4),
    "recursive_a5_w5_c_s8": ("low", 5),
    "truncated_7_u8": ("or", 7),
    "truncated_6_c": ("or", 6),
}


def read_by(layer, network, power=1.0):
    """Statistics of images whose neighbouring pixels are alike, as those of photographs are."""
    shape = network.shapes[layer.inputs[0]]
    rng = np.random.default_rng(3)
    rough = rng.uniform(0, 200, size=(150, 1, 1, shape[2]))
    codes = ((rough + rng.uniform(0, 56, size=(150, *shape))) / 256) ** power * 256
    return LayerStatistics(layer, codes.astype(np.uint8), ZERO_POINT, 255)


def left(statistics, mapping):
    """Mean and variance of each filter's error."""
    found = errors(statistics.layer, mapping, statistics.codes)
    return found.mean(axis=0), found.var(axis=0)


@pytest.mark.parametrize("name", PUBLISHED)
def test_families_are_told_by_their_products(name):
    family = family_of(find(name), 0)
    assert (family.x, family.bits) == PUBLISHED[name]


@pytest.mark.parametrize("name", ["exact", "mitchell", "booth_8_8x6", "perforated_w2"])
def test_others_have_no_family(name):
    assert family_of(find(name), 0) is None


def test_every_mode_of_a_switched_multiplier_has_its_own_family():
    found = [family_of(find("switched_recursive_u8"), mode) for mode in range(1, 4)]
    assert [family.bits for family in found] == [3, 4, 5]


@pytest.mark.parametrize(("name", "m"), [("perforated_a3_u8", 3), ("recursive_a4_w4_u8", 4)])
def test_analytic_factors_are_mean_weights(network, name, m):
    layer = network.layers[1]
    found = fitted_variate(read_by(layer, network), LayerMapping(multiplier=name), "analytic")
    codes = layer.weights.reshape(4, -1).astype(int) + 128
    weights = codes if name.startswith("perforated") else codes % (1 << m)
    wanted = np.floor(weights.mean(axis=1) * 256 + 0.5)
    assert found.control_variate.factors == tuple(wanted)
    assert found.bias_update == ()


def test_analytic_figures_of_a_truncated_multiplier_are_its_mean_errors(network):
    """C is the mean over the taps of the error of uniform bits, and C0 2**-m times the sum."""
    layer = network.layers[1]
    found = fitted_variate(
        read_by(layer, network), LayerMapping(multiplier="truncated_7_u8"), "analytic"
    )
    table = np.outer(np.arange(256), np.arange(256)) - find("truncated_7_u8").table()
    mean = table.mean(axis=0)[layer.weights.reshape(4, -1).astype(int) + 128]
    np.testing.assert_allclose(found.control_variate.factors, mean.mean(axis=1) * 256, atol=0.5)
    np.testing.assert_allclose(found.bias_update, mean.sum(axis=1) / 128, atol=0.5)


def test_a_constant_of_the_products_is_part_of_c0(network):
    statistics = read_by(network.layers[1], network)
    plain, compensated = (
        fitted_variate(statistics, LayerMapping(multiplier=x), "analytic")
        for x in ("truncated_6_u8", "truncated_6_c_u8")
    )
    constant = int(find("truncated_6_c_u8").table()[0, 0])
    assert constant
    assert compensated.control_variate == plain.control_variate
    moved = np.array(compensated.bias_update) - np.array(plain.bias_update)
    assert (moved == -constant * network.layers[1].fan_in).all()


@pytest.mark.parametrize("depthwise", [False, True])
@pytest.mark.parametrize("name", [*PUBLISHED, "truncated_9_c_u8", "booth_9_8x5_u8"])
def test_least_squares_leaves_no_mean_and_no_more_than_other_factors(network, name, depthwise):
    layer = replace(network.layers[1], padding=(0, 0, 0, 0), shape=(2, 2, 4))
    statistics = read_by(grouped(layer) if depthwise else layer, network)
    plain = LayerMapping(multiplier=name)
    found = fitted_variate(statistics, plain, "calibrated")
    mean, variance = left(statistics, found)
    assert np.abs(mean).max() <= 1  # rounded once in the bias, once in the sum
    assert (variance <= left(statistics, plain)[1] + 1).all()
    for change in (-500, 500):
        factors = tuple(x + change for x in found.control_variate.factors)
        other = replace(found, control_variate=replace(found.control_variate, factors=factors))
        assert (variance < left(statistics, other)[1]).all()


def test_calibrated_factors_beat_the_analytic_ones_where_pixels_are_alike(network):
    statistics = read_by(network.layers[1], network, power=3.0)
    mapping = LayerMapping(multiplier="truncated_7_u8")
    analytic, calibrated = (
        left(statistics, fitted_variate(statistics, mapping, how))[1].sum()
        for how in ("analytic", "calibrated")
    )
    assert calibrated < analytic


def test_the_x_of_most_effect_is_taken_within_the_bits_of_the_accelerator(network):
    statistics = read_by(network.layers[1], network)
    mapping = LayerMapping(multiplier="perforated_a3_u8")
    wide, narrow = (fitted_variate(statistics, mapping, "calibrated", x) for x in (8, 2))
    assert (wide.control_variate.x, wide.control_variate.bits) == ("low", 3)
    assert narrow.control_variate.bits <= 2
    assert left(statistics, wide)[1].sum() < left(statistics, narrow)[1].sum()


def test_tuned_codes_and_mixed_modes_are_what_is_corrected(network):
    statistics = read_by(network.layers[1], network)
    tuned = weighted(statistics, MIXED)
    found = fitted_variate(statistics, tuned, "calibrated")
    assert found.tuned_weights == tuned.tuned_weights
    mean, variance = left(statistics, found)
    assert np.abs(mean).max() <= 1
    assert variance.sum() < left(statistics, tuned)[1].sum()


def test_exact_modes_of_a_mix_count_nothing(network):
    statistics = read_by(network.layers[1], network)
    plain = LayerMapping(multiplier="scalable_a3", mode=2)
    mixed = replace(plain, filters=(FilterRule(filters="0", mode=0),))
    whole, part = (fitted_variate(statistics, x, "analytic") for x in (plain, mixed))
    assert part.control_variate.factors == (0, *whole.control_variate.factors[1:])
    exact = LayerMapping(multiplier="scalable_a3")
    assert fitted_variate(statistics, exact, "calibrated") == exact


@pytest.mark.parametrize(
    ("mapping", "how", "bits", "message"),
    [
        (LayerMapping(multiplier="mitchell"), "analytic", 8, "not mitchell mode 0"),
        (MIXED, "analytic", 8, "layer two control_variate must be that of one"),
        (LayerMapping(multiplier="perforated_a3"), "analytic", 2, "sums 3 bits, not 2"),
        (LayerMapping(multiplier="mitchell"), "calibrated", 0, "sums low bits, not 0"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_one_line(network, mapping, how, bits, message):
    layer = network.layers[1]
    statistics = LayerStatistics(layer, random_codes(network, layer), ZERO_POINT, 255)
    with pytest.raises(SpecError, match=message):
        fitted_variate(statistics, mapping, how, bits)
