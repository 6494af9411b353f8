"""Tuning code by code against plain loops."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import U8, OperandKind
from hwgen.errors import SpecError
from hwgen.mapping.corrections.alone import (
    published,
    published_codes,
    weighted,
    weighted_codes,
)
from hwgen.mapping.corrections.statistics import LayerStatistics
from hwgen.spec.mapping import LayerMapping
from hwgen.spec.mapping.rules import Choice
from tests.mapping.corrections.measured import MIXED, ZERO_POINT, errors, random_codes

U4, S4 = OperandKind(4, False), OperandKind(4, True)
NARROW = "exact_dadda_u4xs4"
NAMES = ["truncated_7", "precision_booth_5x4", "truncated_7_u8", "booth_8_6x6_m_s8", NARROW]


@dataclass(frozen=True)
class Steps(Multiplier):
    """Products of weights in steps of 4: several codes are as good."""

    a_kind: OperandKind = U4
    w_kind: OperandKind = S4

    def compute(self, a, w, mode=0):
        return np.asarray(a) * (np.asarray(w) // 4 * 4)

    def create(self, stages=0):
        raise NotImplementedError


def by_loops(multiplier, cost):
    """Best stored code of every stored code; ties: its own, then the smallest."""
    kind = multiplier.w_kind
    offset = 0 if kind.signed else 1 << (kind.width - 1)
    stored = range(-(1 << (kind.width - 1)), 1 << (kind.width - 1))
    found = []
    for own in stored:
        costs = {code: cost(own + offset, code + offset) for code in stored}
        least = min(costs.values())
        ties = [code for code in stored if costs[code] <= least * (1 + 1e-12)]
        found.append(own if own in ties else ties[0])
    return found


@pytest.mark.parametrize("name", [*NAMES, "steps"])
def test_published_codes_are_those_of_a_plain_loop(name):
    multiplier = Steps() if name == "steps" else find(name)

    values = multiplier.a_kind.values
    products = {int(w): multiplier.compute(values, w) for w in multiplier.w_kind.values}

    def cost(own, code):
        return np.abs(values * own - products[code]).sum()

    assert published_codes(multiplier, 0).tolist() == by_loops(multiplier, cost)


def test_its_own_code_wins_a_tie_and_then_the_smallest():
    # Codes 4 to 7 are all the same: 3 takes the smallest; 2 is as far from 0 as from 4.
    found = published_codes(Steps(), 0)
    assert found[8:].tolist() == [0, 1, 2, 4, 4, 5, 6, 7]


@pytest.mark.parametrize("name", NAMES)
def test_weighted_codes_are_those_of_a_plain_loop(network, name):
    multiplier = find(name)
    statistics = read_by(network, multiplier)
    kind = multiplier.a_kind
    values = np.arange(1 << kind.width) - ((1 << (kind.width - 1)) if kind.signed else 0)
    p = statistics.histogram[: 1 << kind.width]
    products = {int(w): multiplier.compute(values, w) for w in multiplier.w_kind.values}

    def cost(own, code):
        error = values * own - products[code]
        return p @ (error - p @ error) ** 2

    found = weighted_codes(statistics, Choice(name, 0))
    wanted = by_loops(multiplier, cost)
    stored = np.arange(len(found)) - len(found) // 2
    offset = 0 if multiplier.w_kind.signed else len(found) // 2
    got = [cost(x + offset, y + offset) for x, y in zip(stored, found, strict=True)]
    best = [cost(x + offset, y + offset) for x, y in zip(stored, wanted, strict=True)]
    np.testing.assert_allclose(got, best, rtol=1e-6, atol=1e-6)
    assert (found == wanted).mean() > 0.99


def read_by(network, multiplier):
    """The first layer reading codes that the multiplier takes, small ones more often."""
    layer = network.layers[0]
    highest = (1 << multiplier.a_kind.width) - 1
    codes = (random_codes(network, layer) / 255.0) ** 2 * highest
    if multiplier.w_kind.width < 8:
        layer = replace(layer, weights=layer.weights >> (8 - multiplier.w_kind.width))
    return LayerStatistics(layer, codes.astype(np.uint8), ZERO_POINT, highest)


@pytest.mark.parametrize("tune", [published, weighted])
@pytest.mark.parametrize("name", NAMES)
def test_codes_stay_within_what_the_multiplier_takes(network, tune, name):
    statistics = read_by(network, find(name))
    layer = statistics.layer
    found = tune(statistics, LayerMapping(multiplier=name))
    half = 1 << (find(name).w_kind.width - 1)
    codes = found.tuned_weights.codes(layer.weights.shape)
    assert codes.min() >= -half
    assert codes.max() < half


@pytest.mark.parametrize("tune", [published, weighted])
def test_every_weight_of_a_mix_is_tuned_for_its_own_table(network, tune):
    layer = network.layers[1]
    statistics = LayerStatistics(layer, random_codes(network, layer), ZERO_POINT, 255)
    codes = tune(statistics, MIXED).tuned_weights.codes(layer.weights.shape)
    choices, index = MIXED.resolve(layer.centred_weights)
    assert len(choices) == 3
    for number, choice in enumerate(choices):
        plain = LayerMapping(multiplier=choice.multiplier, mode=choice.mode)
        uniform = tune(statistics, plain).tuned_weights.codes(layer.weights.shape)
        assert np.array_equal(codes[index == number], uniform[index == number])


def test_weighting_takes_away_error_that_the_published_tuning_leaves(network):
    layer = network.layers[1]
    codes = (random_codes(network, layer, count=200) / 255.0) ** 4 * 255
    statistics = LayerStatistics(layer, codes.astype(np.uint8), ZERO_POINT, 255)
    plain = LayerMapping(multiplier="truncated_9_4x4_m_c_s8")
    left = {
        tune: errors(layer, tune(statistics, plain), statistics.codes).var(axis=0).mean()
        for tune in (published, weighted)
    }
    assert left[weighted] < left[published]


@pytest.mark.parametrize("tune", [published, weighted])
def test_a_layer_that_a_multiplier_cannot_take_is_refused(network, tune):
    layer = network.layers[0]
    statistics = LayerStatistics(layer, random_codes(network, layer), ZERO_POINT, 255)
    with pytest.raises(SpecError, match="layer one: multiplier exact_dadda_u4xs4 must take"):
        tune(statistics, LayerMapping(multiplier=NARROW))


@dataclass(frozen=True)
class Table(Multiplier):
    """A multiplier of EvoApproxLib: u8 by u8."""

    name: str
    products: np.ndarray
    a_kind: OperandKind = U8
    w_kind: OperandKind = U8

    def compute(self, a, w, mode=0):
        return self.products[a, w].astype(np.int64)

    def create(self, stages=0):
        raise NotImplementedError

    def __hash__(self):
        return hash(self.name)

    def __eq__(self, other):
        return self is other


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("7C1", 87.3, 69.7), ("L40", 1011, 648), ("17KS", 370, 355), ("KEM", None, None)],
)
def test_mean_errors_fall_as_far_as_those_of_the_authors_tables(shared_data, name, before, after):
    with np.load(shared_data / "evoapprox" / "tables.npz") as tables:
        multiplier = Table(name, tables[f"mul8u_{name}"].T)  # the weight is at port A
    values = np.arange(256)
    codes = published_codes(multiplier, 0) + 128
    exact = np.outer(values, values)
    found = [
        float(np.abs(exact - multiplier.table()[:, chosen]).mean()) for chosen in (values, codes)
    ]
    if before is None:
        assert np.array_equal(codes, values)
    else:
        assert found == pytest.approx([before, after], rel=0.002)
