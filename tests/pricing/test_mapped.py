"""Energy of mappings against a walk through the array's schedule, product by product."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.cost.lanes import transition_energies_pj
from hwgen.cost.operands import Encoding
from hwgen.golden import exact_mapping, run
from hwgen.mapping.energy import mapping_energy
from hwgen.network.transitions import Transitions
from hwgen.pricing.mapped import multiplier_energy
from hwgen.pricing.measure import measure_energies
from hwgen.spec.mapping import (
    FilterRule,
    LayerMapping,
    Mapping,
    RangeRule,
    TunedWeights,
    WeightRule,
)
from hwgen.spec.schedule import blocks

ROWS, COLS = 4, 2


def tuned(network, name):
    shape = next(x for x in network.convolutions if x.name == name).weights.shape
    return TunedWeights.of(np.random.default_rng(3).integers(-20, 20, shape))


def mappings(network):
    ranges = (RangeRule(codes="-64..-33,33..64", mode=1), RangeRule(codes="-32..32", mode=2))
    first = LayerMapping(multiplier="lvrm", ranges=ranges)
    last = LayerMapping(multiplier="lvrm", weights=(WeightRule(filters="1", taps="2-7", mode=1),))
    yield "modes", Mapping({"first": first, "last": last})
    own = (
        replace(x, tuned_weights=tuned(network, y)) for x, y in ((first, "first"), (last, "last"))
    )
    yield "tuned", Mapping(dict(zip(("first", "last"), own, strict=True)))
    different = {x: LayerMapping(multiplier=y) for x, y in (("first", "drum_4"), ("last", "exact"))}
    yield "layers", Mapping(different)


CASES = ("modes", "tuned", "layers")


def walked(network, mapping, images, technology):
    """Energy by layer of one image: the schedule executed twice, the second time counted."""
    tensors = run(network, images, mapping) | {"input": images}
    found = {}
    for layer in network.convolutions:
        own = mapping.layers[layer.name]
        codes = (
            layer.weights
            if own.tuned_weights is None
            else own.tuned_weights.codes(layer.weights.shape)
        )
        codes = codes.reshape(len(codes), -1)
        choices, index = own.resolve(layer.centred_weights)
        modes = np.array([x.mode for x in choices])[index].reshape(codes.shape)
        zero = network.quantizations[layer.inputs[0]].zero_point
        top, left, bottom, right = layer.padding
        high, wide = layer.weights.shape[1:3]
        pairs = []
        for image in tensors[layer.inputs[0]]:
            padded = np.pad(image, ((top, bottom), (left, right), (0, 0)), constant_values=zero)
            last = {}
            for again in (False, True):
                for block in blocks(layer.weights.shape, ROWS, COLS):
                    for y, x in np.ndindex(layer.shape[:2]):
                        window = padded[y : y + high, x : x + wide].reshape(-1)
                        for row, column, tap, kernel in block.places():
                            now = (window[tap], codes[kernel, tap], modes[kernel, tap])
                            if again:
                                pairs.append((*last[row, column], *now))
                            last[row, column] = now
        a_before, w_before, mode_before, a, w, mode = (
            np.array(x) for x in zip(*pairs, strict=True)
        )
        operands = Transitions(a_before, w_before, a, w)
        encoding = Encoding(find(choices[0].multiplier))
        energies = transition_energies_pj("", encoding, technology, operands, mode_before, mode)
        found[layer.name] = energies.sum() / len(images)
    return found


@pytest.mark.parametrize("case", CASES)
def test_energy_is_that_of_a_walk_through_the_schedule(case, network, images, generic):
    mapping = dict(mappings(network))[case]
    found = multiplier_energy(network, mapping, generic, images, ROWS, COLS, samples=10**6)
    slow = walked(network, mapping, images, generic)
    assert found.layers_pj == pytest.approx(slow, rel=1e-9)
    assert found.total_pj == pytest.approx(sum(slow.values()))
    assert found.convolutions_pj == pytest.approx(slow["first"])


def test_the_tables_of_the_exact_network_say_the_same(network, images, generic):
    """Of all transitions and the network's own weights a table's mean leaves nothing out."""
    multipliers = {x: find(x) for x in ("exact", "exact_booth")}
    energies = measure_energies(multipliers, generic, network, images, ROWS, COLS)
    uniform = {x: LayerMapping(multiplier="exact_booth") for x in ("first", "last")}
    found = mapping_energy(network, Mapping(uniform), energies, "exact")
    measured, exact = (
        multiplier_energy(network, x, generic, images, ROWS, COLS)
        for x in (Mapping(uniform), exact_mapping(network))
    )
    relative = measured.relative_to(exact)
    assert found.total_pj == pytest.approx(relative.total_pj, rel=1e-9)
    assert found.total == pytest.approx(relative.total, rel=1e-9)
    assert found.convolutions == pytest.approx(relative.convolutions, rel=1e-9)


def test_where_another_multiplier_held_the_element_its_weight_counts_as_kept(
    network, images, generic
):
    """Columns of two multipliers: only what happens within a filter's positions is certain."""
    rule = (FilterRule(filters="1", multiplier="drum_4", mode=0),)
    mixed = LayerMapping(multiplier="exact", filters=rule)
    mapping = Mapping({"first": mixed, "last": LayerMapping(multiplier="exact")})
    found = multiplier_energy(network, mapping, generic, images, ROWS, COLS, samples=10**6)
    bounds = [
        multiplier_energy(
            network, Mapping(dict.fromkeys(("first", "last"), x)), generic, images, ROWS, COLS
        )
        for x in (LayerMapping(multiplier="drum_4"), LayerMapping(multiplier="exact"))
    ]
    low, high = sorted(x.layers_pj["first"] for x in bounds)
    assert low < found.layers_pj["first"] < high
    assert found.layers_pj.keys() == {"first", "last"}
