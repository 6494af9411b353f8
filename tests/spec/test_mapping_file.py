import json

import pytest

from hwgen.errors import SpecError
from hwgen.spec.mapping import LayerMapping, Mapping

MAPPING = Mapping(
    {
        "stem": LayerMapping(multiplier="posneg_2", mode=2, bias_update=(5, -7, 0)),
        "head": LayerMapping(multiplier="posneg_2"),
    }
)


def text_of(**fields):
    return json.dumps({"hwgen_mapping": 1, "layers": {"stem": fields}})


def test_a_mapping_survives_its_file(tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text(MAPPING.to_json(), encoding="utf-8")
    assert Mapping.read(path) == MAPPING
    assert Mapping.read(path).digest == MAPPING.digest


def test_the_digest_tells_mappings_apart():
    others = [
        LayerMapping(multiplier="posneg_2", mode=1, bias_update=(5, -7, 0)),
        LayerMapping(multiplier="posneg_1", mode=2, bias_update=(5, -7, 0)),
        LayerMapping(multiplier="posneg_2", mode=2, bias_update=(5, -7, 1)),
    ]
    mappings = [MAPPING, *(Mapping({**MAPPING.layers, "stem": other}) for other in others)]
    assert len({mapping.digest for mapping in mappings}) == 4


def test_mode_and_bias_update_may_be_left_out():
    layer = Mapping.from_json(text_of(multiplier="exact")).layers["stem"]
    assert layer == LayerMapping(multiplier="exact", mode=0, bias_update=())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"^mapping is not JSON: .+$"),
        ("[]", r'^mapping must say "hwgen_mapping": 1$'),
        ('{"hwgen_mapping": 2, "layers": {}}', r'^mapping must say "hwgen_mapping": 1$'),
        (
            '{"hwgen_mapping": 1, "layers": []}',
            r"^mapping must hold an object of layers, not \[\]$",
        ),
        ('{"hwgen_mapping": 1}', r"^mapping must hold an object of layers, not None$"),
        (
            text_of(mode=1),
            r"^mapping layer stem must hold bias_update, mode, multiplier, not \{'mode': 1\}$",
        ),
        (
            text_of(multiplier="exact", color=1),
            r"^mapping layer stem must hold bias_update, mode, multiplier, not \{.*'color': 1\}$",
        ),
        (
            '{"hwgen_mapping": 1, "layers": {"stem": "exact"}}',
            r"^mapping layer stem must hold bias_update, mode, multiplier, not 'exact'$",
        ),
        (
            text_of(multiplier="exact", bias_update=[1, 2.5]),
            r"^mapping layer stem bias_update must be a list of integers, not \[1, 2\.5\]$",
        ),
        (
            text_of(multiplier="exact", bias_update=3),
            r"^mapping layer stem bias_update must be a list of integers, not 3$",
        ),
        (
            text_of(multiplier="exact", mode=1),
            r"^multiplier exact mode must be an integer from 0 to 0, not 1$",
        ),
        (
            text_of(multiplier="posneg_2", mode="2"),
            r"^multiplier posneg_2 mode must be an integer from 0 to 2, not '2'$",
        ),
        (
            text_of(multiplier="wallace"),
            r"^no multiplier is called 'wallace'; hwgen multipliers lists all$",
        ),
        (
            text_of(multiplier=["exact"]),
            r"^mapping layer stem multiplier must be a name, not \['exact'\]$",
        ),
    ],
)
def test_a_wrong_mapping_is_refused_in_one_line(text, message):
    with pytest.raises(SpecError, match=message):
        Mapping.from_json(text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "missing.json"
    with pytest.raises(SpecError, match=rf"^mapping {path} cannot be read: .+$"):
        Mapping.read(path)


def test_errors_in_a_file_name_the_file(tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(SpecError, match=rf'^{path} must say "hwgen_mapping": 1$'):
        Mapping.read(path)
