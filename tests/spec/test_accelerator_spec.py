from dataclasses import replace

import pytest

from hwgen.arith.catalogue import CATALOGUE
from hwgen.errors import SpecError
from hwgen.spec.accelerator import AcceleratorSpec, load_spec, presets
from hwgen.spec.mapping import ControlVariate, FilterRule, LayerMapping, Mapping, TunedWeights

SPEC = load_spec("4x4")
TEXT = SPEC.to_toml()


def mapping_of(*multipliers):
    layers = {f"conv{i}": LayerMapping(multiplier=name) for i, name in enumerate(multipliers)}
    return Mapping(layers)


@pytest.mark.parametrize("name", presets())
def test_presets_load_and_are_named_after_their_size(name):
    spec = load_spec(name)
    assert f"{spec.rows}x{spec.cols}" == name


def test_a_4x4_preset_is_among_several():
    assert "4x4" in presets()
    assert len(presets()) >= 2


@pytest.mark.parametrize("name", presets())
def test_a_spec_survives_its_file(name, tmp_path):
    spec = replace(load_spec(name), multiplier="posneg_2", accumulator_width=27)
    path = tmp_path / "own.toml"
    path.write_text(spec.to_toml(), encoding="utf-8")
    assert load_spec(str(path)) == spec


@pytest.mark.parametrize(("multiplier", "bits"), [("exact", 8), ("posneg_2", 10)])
def test_a_weight_register_holds_code_and_mode(multiplier, bits):
    spec = replace(SPEC, multiplier=multiplier)
    assert spec.arithmetic is CATALOGUE[multiplier]
    assert spec.weight_bits == bits


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT + "colour = 3\n", r"^spec x has the unknown key colour; known: rows, cols, .*words$"),
        (TEXT.replace("cols = 4\n", ""), r"^spec x lacks the key cols$"),
        ("rows = = 4\n", r"^spec x is not TOML: .+$"),
        (
            TEXT.replace("rows = 4\n", "rows = 1\n"),
            r"^accelerator rows must be an integer from 2 to 64, not 1$",
        ),
        (
            TEXT.replace("cols = 4\n", "cols = 65\n"),
            r"^accelerator cols must be an integer from 1 to 64, not 65$",
        ),
        (
            TEXT.replace("cols = 4\n", 'cols = "4"\n'),
            r"^accelerator cols must be an integer from 1 to 64, not '4'$",
        ),
        (
            TEXT.replace("cols = 4\n", "cols = true\n"),
            r"^accelerator cols must be an integer from 1 to 64, not True$",
        ),
        (
            TEXT.replace("accumulator_width = 32", "accumulator_width = 33"),
            r"^accelerator accumulator_width must be an integer from 24 to 32, not 33$",
        ),
        (
            TEXT.replace('"exact"', '"wallace"'),
            r"^no multiplier is called 'wallace'; hwgen multipliers lists all$",
        ),
        (
            TEXT.replace('"exact"', '["exact"]'),
            r"^accelerator multiplier must be a name, not \['exact'\]$",
        ),
    ],
)
def test_a_wrong_spec_is_refused_in_one_line(text, message):
    with pytest.raises(SpecError, match=message):
        AcceleratorSpec.from_toml(text, "spec x")


@pytest.mark.parametrize("name", ["5x5", "4x4.json", ""])
def test_an_unknown_preset_is_refused(name):
    message = rf"^architecture must be a preset \({', '.join(presets())}\) or a \.toml file, not"
    with pytest.raises(SpecError, match=rf"{message} '{name}'$"):
        load_spec(name)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    missing = tmp_path / "missing.toml"
    with pytest.raises(SpecError, match=rf"^spec {missing} cannot be read: .+$"):
        load_spec(str(missing))
    latin = tmp_path / "latin.toml"
    latin.write_bytes("# größe\n".encode("latin-1"))
    with pytest.raises(SpecError, match=rf"^spec {latin} cannot be read: .+$"):
        load_spec(str(latin))


def test_all_layers_use_the_multiplier_of_the_elements():
    spec = replace(SPEC, multiplier="posneg_2")
    assert spec.admits(mapping_of("posneg_2", "posneg_2"))
    assert spec.refusal(mapping_of("posneg_2")) is None
    mixed = mapping_of("posneg_2", "exact")
    assert not spec.admits(mixed)
    assert spec.refusal(mixed) == (
        "layer conv1 wants multiplier exact, but every processing element holds posneg_2"
    )


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "filters",
            (FilterRule(filters="1", mode=1),),
            "mixes modes, but a program gives a layer one mode",
        ),
        (
            "control_variate",
            ControlVariate(x="or", bits=1, fraction=0, factors=(1,)),
            "has control_variate, which no program expresses",
        ),
        (
            "tuned_weights",
            TunedWeights.of([[1]]),
            "has tuned_weights, which no program expresses",
        ),
    ],
)
def test_what_a_program_cannot_say_is_refused(field, value, message):
    layer = LayerMapping(multiplier="posneg_2", bias_update=(1,), **{field: value})
    spec = replace(SPEC, multiplier="posneg_2")
    assert spec.refusal(Mapping({"stem": layer})) == f"layer stem {message}"
