"""Energy of arrays: what each mapping's accelerator has, and that multipliers add up."""

from dataclasses import replace

import pytest

from hwgen.pricing.array import array_energy, leanest
from hwgen.pricing.mapped import multiplier_energy
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import ControlVariate, FilterRule, LayerMapping, Mapping

SPEC = AcceleratorSpec(
    rows=4,
    cols=3,
    requantizers=3,
    multipliers=("exact",),
    accumulator_depth=64,
    activation_bytes=4096,
    weight_fifo_words=16,
    activation_sum=True,
    variate_bits=4,
)


def uniform(network, name, **fields):
    return Mapping({x.name: LayerMapping(multiplier=name, **fields) for x in network.convolutions})


def varied(network, bits=2):
    """A control variate in every layer."""
    variate = ControlVariate(x="low", bits=bits, fraction=4, factors=(3, 5, 7))
    return uniform(network, "perforated_a2", control_variate=variate)


def test_an_accelerator_has_what_its_mapping_needs(network):
    exact = leanest(SPEC, network, uniform(network, "exact_booth"))
    assert (exact.multipliers, exact.variate_bits, exact.activation_sum) == (
        ("exact_booth",),
        0,
        False,
    )
    assert leanest(SPEC, network, varied(network)).variate_bits == 2
    unsigned = leanest(SPEC, network, uniform(network, "exact_u8"))
    assert unsigned.activation_sum
    first = network.layers[0]
    asymmetric = replace(
        network, layers=(replace(first, weight_zero_points=(0, 3, 0)), *network.layers[1:])
    )
    assert leanest(SPEC, asymmetric, uniform(network, "exact")).activation_sum


def test_several_arrays_are_left_only_where_they_differ(network):
    tiles = replace(SPEC, form="tiles", multipliers=("exact", "exact"))
    same = leanest(tiles, network, uniform(network, "drum_4"))
    assert (same.form, same.multipliers) == ("weights", ("drum_4",))
    two = {x: LayerMapping(multiplier=y) for x, y in (("first", "drum_4"), ("last", "exact"))}
    assert leanest(tiles, network, Mapping(two)).form == "tiles"
    rule = (FilterRule(filters="1", multiplier="drum_4", mode=0),)
    columns = replace(SPEC, form="columns", multipliers=("exact",) * 3)
    mixed = uniform(network, "exact", filters=rule)
    assert leanest(columns, network, mixed).form == "columns"


@pytest.fixture(scope="module")
def found(network, images, generic):
    mappings = {"exact": uniform(network, "exact"), "varied": varied(network)}
    return {
        name: array_energy(network, mapping, SPEC, generic, images[0])
        for name, mapping in mappings.items()
    }


def test_parts_add_up(found):
    for energy in found.values():
        assert 0 < energy.multipliers_nj < energy.array_nj < energy.datapath_nj
        assert energy.datapath_nj == pytest.approx(sum(energy.parts_nj.values()))
        assert energy.parts_nj["weight loader"] > 0
        assert energy.cycles > 0


def test_a_control_variate_pays_for_its_sums(found):
    exact, varied = found["exact"].parts_nj, found["varied"].parts_nj
    assert "sum of x" not in exact
    assert varied["sum of x"] > 0
    assert varied["MAC+"] > exact["MAC+"]
    assert varied["multipliers"] < exact["multipliers"]


def test_multipliers_in_elements_take_about_what_they_take_alone(found, network, images, generic):
    alone = multiplier_energy(network, uniform(network, "exact"), generic, images[:1], 4, 3)
    assert found["exact"].multipliers_nj == pytest.approx(alone.total_pj / 1000, rel=0.3)
