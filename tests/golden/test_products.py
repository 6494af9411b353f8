"""Accumulators against the arithmetic contract: a loop over ``Multiplier.compute``."""

import numpy as np
import pytest

from hwgen import golden
from hwgen.arith.catalogue import CATALOGUE, find
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError
from hwgen.golden.products import products_of
from hwgen.spec.mapping import (
    ControlVariate,
    FilterRule,
    KernelRule,
    LayerMapping,
    RangeRule,
    TunedWeights,
    WeightRule,
)
from tests.golden.random_layer import ZERO_POINT, images, layer


def round_half_up(numerator, bits):
    return (2 * numerator + (1 << bits)) // (2 << bits)


def by_contract(found, mapping, codes, zero_point):
    """The arithmetic contract, number by number, in Python's integers."""
    filters, height, width, channels = found.weights.shape
    multiplier = find(mapping.multiplier)
    zw = found.weight_zero_points or (0,) * filters
    shift_a = 1 << (multiplier.a_kind.width - 1) if multiplier.a_kind.signed else 0
    shift_w = 0 if multiplier.w_kind.signed else 1 << (multiplier.w_kind.width - 1)
    tuned = found.weights if mapping.tuned_weights is None else None
    if tuned is None:
        tuned = mapping.tuned_weights.codes(found.weights.shape)
    choices, index = mapping.resolve(found.centred_weights)
    sums = np.zeros((len(codes), *found.shape), np.int64)
    for n, row, column, f in np.ndindex(sums.shape):
        group = f // (filters // found.groups)
        total, sum_x = int(found.bias[f]), 0
        for y, x, c in np.ndindex(height, width, channels):
            at = row * found.stride[0] + y - found.padding[0]
            left = column * found.stride[1] + x - found.padding[1]
            stored = zero_point
            if 0 <= at < codes.shape[1] and 0 <= left < codes.shape[2]:
                stored = int(codes[n, at, left, group * channels + c])
            a, za = stored - shift_a, zero_point - shift_a
            w, z = int(found.weights[f, y, x, c]) + shift_w, zw[f] + shift_w
            chosen = choices[index[f, y, x, c]]
            operand = int(tuned[f, y, x, c]) + shift_w
            total += int(find(chosen.multiplier).compute(a, operand, chosen.mode))
            total += -z * a - za * w + za * z
            if mapping.control_variate is not None:
                low = a % (1 << mapping.control_variate.bits)
                sum_x += low if mapping.control_variate.x == "low" else int(low > 0)
        if mapping.bias_update:
            total += mapping.bias_update[f]
        if mapping.control_variate is not None:
            variate = mapping.control_variate
            total += round_half_up(variate.factors[f] * sum_x, variate.fraction)
        sums[n, row, column, f] = (total + (1 << 31)) % (1 << 32) - (1 << 31)
    return sums


def check(found, mapping, codes=None, zero_point=ZERO_POINT, highest=255):
    codes = images() if codes is None else codes
    expected = by_contract(found, mapping, codes, zero_point)
    products = products_of(found, mapping, zero_point, highest)
    for naive in (False, True):
        ours = golden.accumulate(found, products, codes, zero_point, naive=naive)
        assert ours.dtype == np.int64
        np.testing.assert_array_equal(ours, expected)
    return products


ADMITTED = [
    (name, mode)
    for name, x in CATALOGUE.items()
    if x.a_kind.width == x.w_kind.width == 8
    for mode in range(len(x.modes))
]


@pytest.mark.parametrize(("name", "mode"), ADMITTED)
def test_sums_are_those_of_the_catalogue(name, mode):
    check(
        layer(filters=2, channels=2, kernel=(2, 2)),
        LayerMapping(multiplier=name, mode=mode),
        images(channels=2, count=1),
    )


def test_exact_products_give_the_exact_convolution():
    """Whatever the encoding, ``sum (a - za) * (w - zw)``."""
    found = layer(zero_points=(3, -128, 0, 127))
    taps = golden.im2col(images(), found, ZERO_POINT).astype(int) - ZERO_POINT
    expected = taps @ found.centred_weights.reshape(4, -1).T + found.bias
    for name in ("exact", "exact_u8", "exact_s8"):
        products = check(found, LayerMapping(multiplier=name))
        ours = golden.accumulate(found, products, images(), ZERO_POINT)
        np.testing.assert_array_equal(ours.reshape(expected.shape), expected)


@pytest.mark.parametrize(
    ("groups", "filters", "channels"), [(2, 4, 6), (3, 3, 3), (3, 6, 3), (2, 16, 2)]
)
@pytest.mark.parametrize("name", ["truncated_7", "perforated_a2_u8", "roup_1_4", "exact_s8"])
def test_a_filter_reads_its_own_group(groups, filters, channels, name):
    check(
        layer(filters, channels=channels, groups=groups),
        LayerMapping(multiplier=name),
        images(channels=channels),
    )


MIXED = {
    "filters": (FilterRule(filters="1-2", mode=1),),
    "kernels": (KernelRule(filters="0,3", channels="1", mode=2),),
    "ranges": (RangeRule(codes="-40..15", mode=0, multiplier="truncated_7"),),
    "weights": (WeightRule(filters="0-3", taps="0,7", mode=3),),
}


@pytest.mark.parametrize("zero_points", [(), (5, 0, -90, 127)])
@pytest.mark.parametrize(
    "fields",
    [
        *({level: rules} for level, rules in MIXED.items()),
        MIXED,
        {"bias_update": (1, -2, 1 << 30, 0)},
        {"tuned_weights": TunedWeights.of(-1 - layer().weights)},
        {"control_variate": ControlVariate(x="low", bits=3, fraction=4, factors=(9, -7, 0, 40))},
        {"control_variate": ControlVariate(x="or", bits=8, fraction=0, factors=(1, -2, 3, -4))},
        {
            **MIXED,
            "bias_update": (3, 2, 1, -1),
            "tuned_weights": TunedWeights.of(layer().weights // 2),
            "control_variate": ControlVariate(
                x="low", bits=2, fraction=1, factors=(1, -1, 5, 2**31 - 1)
            ),
        },
    ],
    ids=lambda x: "+".join(x) if isinstance(x, dict) else None,
)
def test_every_level_and_correction_means_what_the_contract_says(fields, zero_points):
    products = check(
        layer(zero_points=zero_points), LayerMapping(multiplier="scalable_a3", **fields)
    )
    assert len(products.tables) == len(products.names) == products.choice.max() + 1


@pytest.mark.parametrize("name", ["exact_s8", "truncated_7_s8", "exact_u8", "truncated_7_u8"])
def test_a_control_variate_reads_the_activation_as_the_multiplier_gets_it(name):
    variate = ControlVariate(x="low", bits=7, fraction=3, factors=(11, -7, 300, 1))
    check(layer(), LayerMapping(multiplier=name, control_variate=variate))


def test_narrow_operands_are_admitted_where_all_codes_fit():
    found = layer(low=-8, high=7)
    for a_kind in (OperandKind(5, False), OperandKind(5, True)):
        for w_kind in (OperandKind(4, True), OperandKind(4, False)):
            name = f"Exact(a_kind={a_kind.name}, w_kind={w_kind.name})"
            check(found, LayerMapping(multiplier=name), images(high=31), 3, highest=31)


@pytest.mark.parametrize(
    ("highest", "message"),
    [
        (32, "must take activations up to code 32, but u5 ends at 31"),
        (31, "must take weights of codes -128 to 127, but s5 holds -16 to 15"),
    ],
)
def test_narrow_operands_are_refused_where_a_code_does_not_fit(highest, message):
    name = "Exact(a_kind=u5, w_kind=s5)"
    with pytest.raises(SpecError) as error:
        products_of(layer(), LayerMapping(multiplier=name), 3, highest)
    assert str(error.value) == f"mapping layer layer: multiplier {name} {message}"


def test_wide_operands_are_refused():
    name = "Exact(a_kind=u9, w_kind=s8)"
    with pytest.raises(SpecError, match=r"must take activations of 4 to 8 bits, not u9$"):
        products_of(layer(), LayerMapping(multiplier=name), 3)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"bias_update": (1, 2, 3)}, "bias_update must hold 4 values, not 3"),
        (
            {"control_variate": ControlVariate(x="or", bits=1, fraction=0, factors=(1,))},
            "control_variate factors must hold 4 values, not 1",
        ),
        (
            {"tuned_weights": TunedWeights.of(np.zeros((4, 17), int))},
            "tuned_weights must hold 4 filters of 18 codes, not 4 of 17",
        ),
        (
            {"filters": (FilterRule(filters="4", mode=1),)},
            "a rule's filters must be from 0 to 3, not 4",
        ),
    ],
)
def test_what_does_not_fit_the_layer_is_refused(fields, message):
    mapping = LayerMapping(multiplier="scalable_a3", **fields)
    with pytest.raises(SpecError, match=rf"^mapping layer layer: {message}$"):
        products_of(layer(), mapping, 0)
