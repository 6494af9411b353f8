"""Specs of accelerators: what is derived, what is refused, what is written and read again."""

from dataclasses import replace

import pytest

from hwgen.errors import SpecError
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.accelerator_file import load_spec, parse_spec, presets
from hwgen.spec.mapping import ControlVariate, FilterRule, LayerMapping, Mapping, WeightRule

SMALL = AcceleratorSpec(
    rows=4,
    cols=6,
    accumulator_depth=64,
    activation_bytes=1024,
    weight_fifo_words=8,
    requantizers=2,
)


@pytest.mark.parametrize("name", presets())
def test_presets_survive_writing_and_reading(name):
    spec = load_spec(name)
    assert parse_spec(spec.to_toml(), "spec") == spec


def test_banks_serve_every_row_column_and_byte_of_the_bus():
    assert (SMALL.banks, SMALL.lanes, SMALL.diagonal) == (8, 6, 4)
    assert replace(SMALL, cols=10).banks == 16
    assert replace(SMALL, data_width=256).banks == 32


def test_modes_are_stored_with_weights_where_nothing_derives_them():
    switched = replace(SMALL, multipliers=("scalable_a3",))
    assert switched.weight_bits == 8 + switched.mode_width > 8
    assert replace(switched, form="ranges").weight_bits == 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": 1}, r"^accelerator rows must be an integer from 2 to 64, not 1$"),
        ({"requantizers": 4}, r"^accelerator requantizers must divide 6 columns, not 4$"),
        (
            {"activation_bytes": 1020},
            r"^accelerator activation_bytes must be a multiple of 8 banks, not 1020$",
        ),
        (
            {"multipliers": ("exact", "exact")},
            r"^accelerator number of multipliers must be an integer from 1 to 1, not 2$",
        ),
        (
            {"form": "edge"},
            (
                r"^accelerator multipliers must shorten activations first for form edge, "
                r"but exact does not$"
            ),
        ),
        (
            {"data_width": 48},
            r"^accelerator data_width must be one of 64, 128, 256, 512, not 48$",
        ),
    ],
)
def test_impossible_accelerators_are_refused(change, message):
    with pytest.raises(SpecError, match=message):
        replace(SMALL, **change)


def test_unknown_and_missing_keys_are_refused():
    with pytest.raises(SpecError, match=r"^spec x has the unknown key lanes; known: rows, "):
        parse_spec("lanes = 3", "spec x")
    with pytest.raises(SpecError, match=r"^spec x lacks the key cols$"):
        parse_spec("rows = 4", "spec x")
    with pytest.raises(
        SpecError, match=r"^architecture must be a preset \(2x2, 4x4, 8x8, 16x16\) or "
    ):
        load_spec("5x5")


@pytest.mark.parametrize(
    ("form", "names", "layer", "why"),
    [
        ("weights", ("exact",), {"multiplier": "truncated_7"}, "wants multiplier truncated_7"),
        (
            "tiles",
            ("exact", "truncated_7"),
            {
                "multiplier": "exact",
                "filters": (FilterRule(filters="0", mode=0, multiplier="truncated_7"),),
            },
            "mixes multipliers",
        ),
        (
            "ranges",
            ("scalable_a3",),
            {"multiplier": "scalable_a3", "weights": (WeightRule(filters="0", taps="0", mode=1),)},
            "chooses modes by place",
        ),
        (
            "weights",
            ("exact",),
            {
                "multiplier": "exact",
                "control_variate": ControlVariate(x="low", bits=3, fraction=4, factors=(1,)),
            },
            "has a control variate of 3 bits",
        ),
    ],
)
def test_mappings_beyond_the_form_are_refused(form, names, layer, why):
    spec = replace(SMALL, form=form, multipliers=names)
    mapping = Mapping({"conv": LayerMapping(**layer)})
    assert spec.refusal(mapping).startswith(f"layer conv {why}")
    assert not spec.admits(mapping)


def test_weight_level_modes_are_admitted_with_the_weight():
    spec = replace(SMALL, multipliers=("scalable_a3",))
    rule = WeightRule(filters="0", taps="0", mode=1)
    assert spec.admits(Mapping({"conv": LayerMapping(multiplier="scalable_a3", weights=(rule,))}))
