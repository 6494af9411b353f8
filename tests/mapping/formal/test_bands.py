"""Fractions of weights become ranges of codes around their middle."""

import numpy as np
import pytest

from hwgen.mapping.energy import layer_energy_pj
from hwgen.mapping.formal.bands import Bands
from hwgen.mapping.formal.ladder import Ladder
from hwgen.spec.mapping import LayerMapping, RangeRule
from tests.mapping import tiny

LVRM = Ladder("lvrm", (0, 1, 2))


def layer_of(*codes):
    weights = np.array(codes, np.int8).reshape(1, 1, 1, -1)
    return tiny.convolution("only", "image", (2, 3, 1), weights, 7)


@pytest.fixture
def energies(network):
    return tiny.energies(network, ("exact", "lvrm"))


def bands_of(layer, ladder=LVRM):
    own = tiny.energies(type("One", (), {"convolutions": [layer]}), (ladder.multiplier,))
    return Bands(layer, ladder, own)


def codes(mapping):
    """Codes of each rule by its mode."""
    return {rule.mode: rule.codes for rule in mapping.ranges}


def test_the_innermost_codes_take_the_most_approximate_mode():
    bands = bands_of(layer_of(-9, -4, -1, 0, 0, 2, 5, 30))  # median 0
    assert codes(bands.mapping(0.25, 0.25)) == {2: "0", 1: "-1,1..2"}
    assert codes(bands.mapping(0.5, 0.5)) == {2: "-1..2", 1: "-9..-2,3..30"}
    assert codes(bands.mapping(0.25, 0.0)) == {1: "0"}
    assert codes(bands.mapping(0.0, 0.26)) == {2: "-1..0"}


def test_codes_go_by_their_distance_from_the_median():
    bands = bands_of(layer_of(3, 9, 10, 11, 30))
    assert codes(bands.mapping(0.4, 0.2)) == {2: "10", 1: "9,11"}


def test_extremes_are_uniform():
    bands = bands_of(layer_of(-9, -4, 0, 5))
    assert bands.mapping(0, 0) == LayerMapping(multiplier="lvrm")
    assert bands.mapping(1, 0) == LayerMapping(multiplier="lvrm", mode=1)
    assert bands.mapping(0, 1) == bands.mapping(1, 1) == LayerMapping(multiplier="lvrm", mode=2)


def drawn(seed):
    rng = np.random.default_rng(seed)
    for _ in range(60):
        yield rng.choice([0, 0.5, 1, rng.random()], 2)


def test_the_modes_hold_the_fractions_that_were_asked_for(network, energies):
    for layer in network.convolutions:
        bands = Bands(layer, LVRM, energies)
        counts = np.unique(layer.centred_weights, return_counts=True)[1]
        most = counts.max() / counts.sum()  # weights of one code go together
        for middle, last in drawn(1):
            choices, index = bands.mapping(middle, last).resolve(layer.centred_weights)
            share = {x.mode: (index == i).mean() for i, x in enumerate(choices)}
            assert last <= share.get(2, 0) + 1e-9 <= last + most + 2e-9
            wanted = min(middle, 1 - share.get(2, 0))
            assert wanted <= share.get(1, 0) + 1e-9 <= wanted + most + 2e-9


def test_the_energy_is_that_of_the_mapping(network, energies):
    for layer in network.convolutions:
        bands = Bands(layer, LVRM, energies)
        for middle, last in drawn(2):
            found = layer_energy_pj(layer, bands.mapping(middle, last), energies)
            assert bands.energy_pj(middle, last) == pytest.approx(found)


def test_a_ladder_takes_three_of_more_modes():
    assert Ladder.of("lvrm").modes == (0, 1, 2)
    assert Ladder.of("dypr").modes == (0, 2, 3)
    assert Ladder.of("column_masked").modes == (0, 4, 7)


@pytest.mark.parametrize(
    ("inner", "outer", "rules"),
    [
        (None, None, ()),
        ((-2, 3), None, (RangeRule(mode=2, codes="-2..3"),)),
        (None, (-2, 3), (RangeRule(mode=1, codes="-2..3"),)),
        ((-2, 3), (-2, 3), (RangeRule(mode=2, codes="-2..3"),)),
        ((-2, 3), (-5, 3), (RangeRule(mode=1, codes="-5..-3"), RangeRule(mode=2, codes="-2..3"))),
        ((0, 0), (-5, 9), (RangeRule(mode=1, codes="-5..-1,1..9"), RangeRule(mode=2, codes="0"))),
    ],
)
def test_ranges_around_each_other_do_not_overlap(inner, outer, rules):
    assert LVRM.layer(inner, outer) == LayerMapping(multiplier="lvrm", ranges=rules)
