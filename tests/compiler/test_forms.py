"""Every hardware form, with mappings of the finest level that it admits, equals golden."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.compiler.compile import compile_network
from hwgen.errors import SpecError
from hwgen.spec.mapping import (
    ControlVariate,
    FilterRule,
    LayerMapping,
    Mapping,
    RangeRule,
    TunedWeights,
)
from hwgen.spec.mapping.arrays import weight_rules
from tests.compiler.cases import compare, random_spec
from tests.random_graph import random_graph

SEEDS = pytest.mark.parametrize("seed", range(6))


def corrections(rng, layer, bits=3):
    """A random control variate, tuned weights and bias update."""
    filters = len(layer.weights)
    tuned = np.clip(layer.weights.astype(int) + rng.integers(-3, 4, layer.weights.shape), -128, 127)
    return {
        "bias_update": tuple(int(x) for x in rng.integers(-99, 100, filters)),
        "tuned_weights": TunedWeights.of(tuned),
        "control_variate": ControlVariate(
            x=("low", "or")[rng.integers(2)],
            bits=int(rng.integers(1, bits + 1)),
            fraction=int(rng.integers(0, 9)),
            factors=tuple(int(x) for x in rng.integers(-999, 1000, filters)),
        ),
    }


def mapping_of(network, make):
    return Mapping({layer.name: make(layer) for layer in network.convolutions})


@SEEDS
@pytest.mark.parametrize("name", ["scalable_a3", "lvrm_u8", "column_masked_s8"])
def test_a_mode_for_every_weight(seed, name):
    rng = np.random.default_rng(seed)
    network = random_graph(rng)
    modes = len(find(name).modes)

    def weights(layer):
        index = rng.integers(modes, size=layer.weights.shape)
        choices = [(name, mode) for mode in range(modes)]
        rules = weight_rules(index, choices)
        return LayerMapping(multiplier=name, weights=rules, **corrections(rng, layer))

    spec, _ = random_spec(rng, multipliers=(name,))
    compare(network, mapping_of(network, weights), spec, seed)


@SEEDS
def test_modes_from_ranges(seed):
    rng = np.random.default_rng(seed)
    network = random_graph(rng)
    rules = (
        RangeRule(codes="-128..-60,60..127", mode=0),
        RangeRule(codes="-59..-11,11..59", mode=1),
        RangeRule(codes="-10..10", mode=2),
    )
    spec, _ = random_spec(rng, form="ranges", multipliers=("lvrm",))
    mapping = mapping_of(network, lambda _: LayerMapping(multiplier="lvrm", ranges=rules))
    compare(network, mapping, spec, seed)


@SEEDS
def test_tiles(seed):
    rng = np.random.default_rng(seed)
    network = random_graph(rng)
    names = ("exact", "scalable_a3", "truncated_7")

    def tile(layer):
        name = str(rng.choice(names))
        mode = int(rng.integers(len(find(name).modes)))
        return LayerMapping(multiplier=name, mode=mode, **corrections(rng, layer))

    spec, _ = random_spec(rng, form="tiles", multipliers=names)
    compare(network, mapping_of(network, tile), spec, seed)


@SEEDS
def test_fixed_columns(seed):
    rng = np.random.default_rng(seed)
    network = random_graph(rng)
    spec, _ = random_spec(rng, form="columns", multipliers=("exact", "truncated_7"))

    def filters(layer):
        kinds = rng.integers(2, size=len(layer.weights))
        if layer.groups == len(kinds):  # depthwise: channels are not permuted
            kinds = np.arange(len(kinds)) % spec.diagonal % 2
        rules = [
            FilterRule(filters=str(number), mode=0, multiplier="truncated_7")
            for number in np.flatnonzero(kinds)
        ]
        return LayerMapping(multiplier="exact", filters=tuple(rules), **corrections(rng, layer))

    compare(network, mapping_of(network, filters), spec, seed)


@SEEDS
def test_edge_transform(seed):
    rng = np.random.default_rng(seed)
    network = random_graph(rng)
    spec, _ = random_spec(rng, form="edge", multipliers=("precision_5x8",))
    mapping = mapping_of(
        network, lambda x: LayerMapping(multiplier="precision_5x8", **corrections(rng, x))
    )
    compare(network, mapping, spec, seed)


def test_depthwise_channels_keep_their_columns():
    rng = np.random.default_rng(0)
    spec, _ = random_spec(rng, form="columns", multipliers=("exact", "truncated_7"))
    network = next(
        found
        for found in (random_graph(rng, layers=1) for _ in range(200))
        if any(x.groups == len(x.weights) > 1 for x in found.convolutions)
    )
    name = network.convolutions[0].name
    mapping = Mapping({name: LayerMapping(multiplier="truncated_7")})
    with pytest.raises(
        SpecError,
        match=rf"^layer {name} wants multiplier truncated_7 for channel 0, but the column of a ",
    ):
        compile_network(network, mapping, spec)


def test_modes_that_are_no_ranges_are_refused():
    rng = np.random.default_rng(3)
    network = next(
        found for found in (random_graph(rng, layers=1) for _ in range(50)) if found.convolutions
    )
    name = network.convolutions[0].name
    rules = (RangeRule(codes="-128..-100,-50..0", mode=1), RangeRule(codes="10..90", mode=2))
    mapping = Mapping({name: LayerMapping(multiplier="lvrm", ranges=rules)})
    spec, _ = random_spec(rng, form="ranges", multipliers=("lvrm",))
    with pytest.raises(
        SpecError,
        match=rf"^layer {name} must have one range of weights for each mode, .*: \d+ of \d+ ",
    ):
        compile_network(network, mapping, replace(spec, rows=5))
