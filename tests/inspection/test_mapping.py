"""Shares of weights, and differences between mappings."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.inspection.mapping import Share, mapped_layers
from hwgen.inspection.mapping_difference import differences
from hwgen.network.graph import Convolution, Network, Quantization, Rescale
from hwgen.spec.mapping import (
    ControlVariate,
    FilterRule,
    KernelRule,
    LayerMapping,
    Mapping,
    RangeRule,
    TunedWeights,
    WeightRule,
)
from hwgen.spec.mapping.rules import Choice

# Four filters of 1 x 2 x 3 taps; all weights 50 but some of the last filter's.
WEIGHTS = np.full((4, 1, 2, 3), 50, np.int8)
WEIGHTS[3, 0, 0] = (1, -1, 50)


@pytest.fixture
def network():
    layer = Convolution(
        name="only",
        inputs=("image",),
        shape=(1, 1, 4),
        quantization=Quantization(1.0, 0),
        weights=WEIGHTS,
        bias=np.zeros(4, np.int32),
        stride=(1, 1),
        padding=(0, 0, 0, 0),
        rescale=(Rescale(1, 0, 8),) * 4,
    )
    return Network(
        input_name="image",
        input_shape=(1, 2, 3),
        input_quantization=Quantization(1.0, 0),
        layers=(layer,),
    )


def choice(mode, name="scalable_t6"):
    return Choice(name, mode)


def shares(network, **fields):
    mapping = Mapping({"only": LayerMapping(multiplier="scalable_t6", **fields)})
    (layer,) = mapped_layers(network, mapping)
    return layer


def test_a_layer_without_rules_is_all_of_one_choice(network):
    found = shares(network, mode=2)
    assert found.shares == (Share(choice(2), "layer", 100.0),)
    assert (found.operations, found.tuned) == (24, None)


def test_each_weight_counts_at_the_finest_level_that_changed_it(network):
    found = shares(
        network,
        filters=(FilterRule(mode=1, filters="0-1"),),
        kernels=(KernelRule(mode=2, filters="1-2", channels="0"),),
        ranges=(RangeRule(mode=3, codes="-1..1"),),
        weights=(WeightRule(mode=1, filters="3", taps="5"),),
    )
    percent = {(x.choice.mode, x.level): round(24 * x.weights / 100, 9) for x in found.shares}
    assert percent == {
        (0, "layer"): 4 + 3,  # filter 2 without its kernel; filter 3 without the rest
        (1, "filter"): 6 + 4,
        (2, "kernel"): 4,
        (3, "range"): 2,
        (1, "weight"): 1,
    }
    assert sum(x.weights for x in found.shares) == pytest.approx(100)


def test_tuned_codes_are_counted_where_they_changed(network):
    tuned = WEIGHTS.copy()
    tuned[0] += 1
    assert shares(network, tuned_weights=TunedWeights.of(tuned)).tuned == 25.0


def test_a_mapping_of_another_network_is_refused(network):
    with pytest.raises(SpecError, match=r"^mapping lacks the layer only$"):
        mapped_layers(network, Mapping({}))


BASE = LayerMapping(multiplier="scalable_t6", mode=1, bias_update=(1, 2, 3, 0))


def lines(a, b):
    return [x.lines for x in differences(Mapping({"only": a}), Mapping({"only": b}))]


def test_equal_mappings_do_not_differ():
    again = replace(BASE, filters=(FilterRule(mode=1, filters="2"),))  # says nothing new
    assert differences(Mapping({"only": BASE}), Mapping({"only": again})) == ()


def variate(factors, bits=2):
    return ControlVariate(x="low", bits=bits, fraction=4, factors=factors)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"mode": 3}, "mode: 1 -> 3"),
        ({"multiplier": "lvrm"}, "multiplier: scalable_t6 -> lvrm"),
        ({"filters": (FilterRule(mode=0, filters="0,2"),)}, "+ filters 0,2: mode 0"),
        (
            {"weights": (WeightRule(mode=0, filters="1", taps="0", multiplier="lvrm"),)},
            "+ filters 1, taps 0: lvrm mode 0",
        ),
        ({"bias_update": (1, 9, 0, 0)}, "bias_update: 2 of 4 filters differ, by up to 7"),
        ({"bias_update": ()}, "bias_update: 3 of 4 filters -> none"),
        ({"control_variate": variate((1,))}, "control_variate: none -> low 2, 4 fraction bits"),
        ({"tuned_weights": TunedWeights.of([[1]])}, "tuned_weights: none -> tuned"),
    ],
)
def test_what_differs_is_said(fields, expected):
    assert lines(BASE, replace(BASE, **fields)) == [(expected,)]


def test_rules_that_only_the_first_has_begin_with_minus():
    ruled = replace(BASE, ranges=(RangeRule(mode=0, codes="-5..5"),))
    assert lines(ruled, BASE) == [("- codes -5..5: mode 0",)]


def test_corrections_of_one_kind_are_compared():
    a = replace(BASE, control_variate=variate((1, 5)), tuned_weights=TunedWeights.of([[1, 2]] * 2))
    b = replace(
        BASE, control_variate=variate((1, 2), 3), tuned_weights=TunedWeights.of([[1, 2], [5, 2]])
    )
    assert lines(a, b) == [
        (
            (
                "control_variate: low 2, 4 fraction bits -> low 3, 4 fraction bits; "
                "factors: 1 of 2 filters differ, by up to 3"
            ),
            "tuned_weights: 25.0 % of 4 codes differ, by up to 4",
        )
    ]


def test_layers_of_one_mapping_only():
    found = differences(Mapping({"a": BASE, "both": BASE}), Mapping({"b": BASE, "both": BASE}))
    assert [(x.layer, x.lines) for x in found] == [
        ("a", ("only the first mapping has it",)),
        ("b", ("only the second mapping has it",)),
    ]
