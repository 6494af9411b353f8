"""The mapping file: what is written is what is read, and mistakes are named."""

import json
import time

import numpy as np
import pytest

from hwgen.errors import SpecError
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
from hwgen.spec.mapping.arrays import weight_rules

MAPPING = Mapping(
    {
        "stem": LayerMapping(multiplier="posneg_2", mode=2, bias_update=(5, -7, 0)),
        "head": LayerMapping(
            multiplier="posneg_2",
            filters=(FilterRule(filters="0-3,7", mode=1),),
            kernels=(KernelRule(filters="4", channels="0,2-5", mode=2),),
            ranges=(
                RangeRule(codes="-10..10", mode=2),
                RangeRule(codes="11", mode=0, multiplier="posneg_1"),
            ),
            weights=(WeightRule(filters="0", taps="0-8", mode=1),),
            control_variate=ControlVariate(x="low", bits=2, fraction=8, factors=(-3, 300)),
            tuned_weights=TunedWeights.of([[-128, 0], [1, 127]]),
        ),
    }
)
TEXT = """\
{
 "hwgen_mapping": 2,
 "layers": {
  "head": {
   "multiplier": "posneg_2",
   "mode": 0,
   "filters": [
    {"filters": "0-3,7", "mode": 1}
   ],
   "kernels": [
    {"filters": "4", "channels": "0,2-5", "mode": 2}
   ],
   "ranges": [
    {"codes": "-10..10", "mode": 2},
    {"codes": "11", "multiplier": "posneg_1", "mode": 0}
   ],
   "weights": [
    {"filters": "0", "taps": "0-8", "mode": 1}
   ],
   "control_variate": {"x": "low", "bits": 2, "fraction": 8, "factors": [-3, 300]},
   "tuned_weights": [
    [-128, 0],
    [1, 127]
   ]
  },
  "stem": {
   "multiplier": "posneg_2",
   "mode": 2,
   "bias_update": [5, -7, 0]
  }
 }
}
"""


def text_of(version=2, **fields):
    return json.dumps({"hwgen_mapping": version, "layers": {"stem": fields}})


def test_a_mapping_survives_its_file(tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text(MAPPING.to_json(), encoding="utf-8")
    assert Mapping.read(path) == MAPPING
    assert Mapping.read(path).digest == MAPPING.digest


def test_the_file_is_made_to_be_read():
    assert MAPPING.to_json() == TEXT
    assert Mapping({}).to_json() == '{\n "hwgen_mapping": 2,\n "layers": {}\n}\n'


def test_a_file_of_version_1_is_read():
    layer = Mapping.from_json(text_of(1, multiplier="posneg_2", mode=2, bias_update=[1, 2]))
    assert layer.layers["stem"] == LayerMapping(
        multiplier="posneg_2", mode=2, bias_update=(1, 2)
    )  # fmt: skip
    with pytest.raises(SpecError, match="a layer must hold only multiplier, mode, bias_update, n"):
        Mapping.from_json(text_of(1, multiplier="exact", filters=[]))


@pytest.mark.parametrize(
    "other",
    [
        {"mode": 1},
        {"multiplier": "posneg_1"},
        {"bias_update": (5, -7, 1)},
        {"filters": (FilterRule(filters="1", mode=1),)},
        {"kernels": (KernelRule(filters="1", channels="1", mode=1),)},
        {"ranges": (RangeRule(codes="1", mode=1),)},
        {"ranges": (RangeRule(codes="1", mode=1, multiplier="posneg_1"),)},
        {"weights": (WeightRule(filters="1", taps="1", mode=1),)},
        {"control_variate": ControlVariate(x="or", bits=2, fraction=8, factors=(1,))},
        {"tuned_weights": TunedWeights.of([[1]])},
    ],
)
def test_the_digest_tells_mappings_apart(other):
    standard = {"multiplier": "posneg_2", "mode": 2}
    mappings = [Mapping({"a": LayerMapping(**standard | x)}) for x in ({}, other)]
    assert mappings[0] != mappings[1]
    assert mappings[0].digest != mappings[1].digest


def test_layers_are_sorted_with_numbers_as_numbers():
    layer = LayerMapping(multiplier="exact")
    names = ["conv10", "conv2", "add", "conv2b", "10", "9"]
    found = Mapping(dict.fromkeys(names, layer))
    assert list(found.layers) == ["9", "10", "add", "conv2", "conv2b", "conv10"]
    assert found.digest == Mapping(dict.fromkeys(reversed(names), layer)).digest


def test_only_the_multiplier_must_be_said():
    layer = Mapping.from_json(text_of(multiplier="exact")).layers["stem"]
    assert layer == LayerMapping(multiplier="exact", mode=0, bias_update=())


def test_a_mapping_of_every_weight_of_a_large_network_is_read_in_a_second():
    rng = np.random.default_rng(0)
    index = rng.integers(0, 3, (470, 576))  # as many weights as ResNet-20's
    layer = LayerMapping(
        multiplier="posneg_2",
        weights=weight_rules(index, [("posneg_2", x) for x in range(3)]),
        tuned_weights=TunedWeights.of(rng.integers(-128, 128, index.shape)),
    )
    text = Mapping({"all": layer}).to_json()
    start = time.perf_counter()
    found = Mapping.from_json(text).layers["all"]
    assert time.perf_counter() - start < 1
    choices, chosen = found.resolve(np.zeros((470, 1, 1, 576), np.int64))
    assert [x.mode for x in choices] == [0, 1, 2]
    np.testing.assert_array_equal(chosen.reshape(index.shape), index)
    assert Mapping({"all": found}).to_json() == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"is not JSON: .+"),
        ("[" * 100_000, r"is not JSON: .+"),
        (
            '{"hwgen_mapping": 2, "a": 1, "a": 2}',
            "must hold each name once, but 'a' is there twice",
        ),
        ("[]", r'must say "hwgen_mapping": 1 or 2'),
        ('{"hwgen_mapping": true}', r'must say "hwgen_mapping": 1 or 2, not true'),
        ('{"hwgen_mapping": 3, "layers": {}}', r'must say "hwgen_mapping": 1 or 2, not 3'),
        ('{"hwgen_mapping": 2, "layers": []}', r"must hold an object of layers, not \[\]"),
        ('{"hwgen_mapping": 1}', r"must hold an object of layers"),
        (
            '{"hwgen_mapping": 2, "layers": {}, "mode": 1}',
            r"must hold only hwgen_mapping, layers, not 'mode'",
        ),
    ],
)
def test_what_is_no_mapping_is_refused_in_one_line(text, message):
    with pytest.raises(SpecError, match=f"^mapping {message}$"):
        Mapping.from_json(text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "missing.json"
    with pytest.raises(SpecError, match=rf"^mapping {path} cannot be read: .+$"):
        Mapping.read(path)


def test_errors_in_a_file_name_the_file(tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(SpecError, match=rf'^{path} must say "hwgen_mapping": 1 or 2$'):
        Mapping.read(path)
