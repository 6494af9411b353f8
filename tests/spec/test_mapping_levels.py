"""What rules mean, and that equal meaning has one form."""

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.spec.mapping import FilterRule, KernelRule, LayerMapping, Mapping, RangeRule, WeightRule
from hwgen.spec.mapping.arrays import weight_rules
from hwgen.spec.mapping.indices import expand, ranges_of, text_of

NAME = "posneg_2"
SHAPE = (5, 2, 2, 3)


def layer(**fields):
    return LayerMapping(**{"multiplier": NAME, **fields})


def modes(mapping, centred=None):
    """Mode of every weight, where all use one multiplier."""
    choices, index = mapping.resolve(np.zeros(SHAPE, np.int64) if centred is None else centred)
    assert {x.multiplier for x in choices} == {NAME}
    return np.array([x.mode for x in choices])[index]


@pytest.mark.parametrize(
    ("text", "canonical", "members"),
    [
        ("3", "3", [3]),
        ("0-3,7", "0-3,7", [0, 1, 2, 3, 7]),
        ("7, 2,0..1", "0-2,7", [0, 1, 2, 7]),
        ("4-6,1-5,5", "1-6", [1, 2, 3, 4, 5, 6]),
        ("-3--1,-5", "-5,-3--1", [-5, -3, -2, -1]),
        ("-2..1", "-2-1", [-2, -1, 0, 1]),
    ],
)
def test_sets_are_written_in_one_way(text, canonical, members):
    assert text_of(ranges_of(text)) == canonical
    assert expand(ranges_of(text)).tolist() == members


@pytest.mark.parametrize(
    "text", ["", "a", "1-", "-", "1;2", "1,,2", "1.5", "1-2-3", "0x1", "\u0663"]
)
def test_what_is_no_set_is_refused(text):
    with pytest.raises(SpecError, match=r"^must be a set of numbers such as '0-3,7', not "):
        ranges_of(text)


def test_finer_levels_speak_last():
    centred = np.arange(60).reshape(SHAPE) - 30
    found = modes(
        layer(
            mode=1,
            filters=(FilterRule(filters="0-3", mode=2),),
            kernels=(KernelRule(filters="1,4", channels="2", mode=0),),
            ranges=(RangeRule(codes="-12..-7", mode=1),),
            weights=(WeightRule(filters="1-2", taps="0,5", mode=2),),
        ),
        centred,
    )
    expected = np.full(SHAPE, 1)
    expected[:4] = 2
    expected[[1, 4], :, :, 2] = 0
    expected[(centred >= -12) & (centred <= -7)] = 1
    expected[1:3, 0, 0, 0] = expected[1:3, 0, 1, 2] = 2
    np.testing.assert_array_equal(found, expected)
    assert set(np.unique(found)) == {0, 1, 2}


def test_only_what_occurs_is_chosen():
    everywhere = layer(filters=(FilterRule(filters="0-4", mode=1),))
    choices, index = everywhere.resolve(np.zeros(SHAPE, np.int64))
    assert choices == ((NAME, 1),)
    assert not index.any()
    assert index.dtype == np.uint8


def test_a_rule_may_name_another_multiplier():
    mixed = layer(filters=(FilterRule(filters="2", mode=0, multiplier="posneg_1"),))
    choices, index = mixed.resolve(np.zeros(SHAPE, np.int64))
    assert choices == ((NAME, 0), ("posneg_1", 0))
    assert index[:, 0, 0, 0].tolist() == [0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    "ways",
    [
        [
            {"filters": (FilterRule(filters="0-3", mode=1),)},
            {"filters": (FilterRule(filters="2-3", mode=1), FilterRule(filters="1,0", mode=1))},
            {"filters": (FilterRule(filters="0-3", mode=1), FilterRule(filters="4", mode=0))},
            {"filters": (FilterRule(filters="0-3", mode=1, multiplier=NAME),)},
        ],
        [
            {"kernels": (KernelRule(filters="0,2", channels="0-1", mode=1),)},
            {
                "kernels": (
                    KernelRule(filters="2", channels="1", mode=1),
                    KernelRule(filters="0", channels="0-1", mode=1),
                    KernelRule(filters="2", channels="0", mode=1),
                    KernelRule(filters="1", channels="0", mode=0),
                )
            },
        ],
        [
            {"ranges": (RangeRule(codes="-3..3", mode=1),)},
            {"ranges": (RangeRule(codes="-3--1", mode=1), RangeRule(codes="0..3", mode=1))},
            {"ranges": (RangeRule(codes="-3..3", mode=1), RangeRule(codes="9", mode=0))},
        ],
        [
            {"weights": (WeightRule(filters="0-1", taps="4-5", mode=2),)},
            {
                "weights": (
                    WeightRule(filters="0-1", taps="4", mode=2),
                    WeightRule(filters="0-1", taps="5", mode=2),
                    WeightRule(filters="3", taps="0-11", mode=0),
                )
            },
        ],
        [
            {"filters": (FilterRule(filters="1", mode=1),)},
            {
                "filters": (FilterRule(filters="1", mode=1),),
                "kernels": (KernelRule(filters="1", channels="0", mode=1),),
                "weights": (WeightRule(filters="1", taps="0", mode=1),),
            },
        ],
    ],
)
def test_equal_meaning_is_an_equal_mapping(ways):
    found = [layer(**way) for way in ways]
    assert all(x == found[0] for x in found)
    assert not found[0].is_uniform


@pytest.mark.parametrize(
    "fields",
    [
        {
            "filters": (FilterRule(filters="1", mode=1),),
            "kernels": (KernelRule(filters="1", channels="0", mode=0),),
        },
        {
            "filters": (FilterRule(filters="1", mode=1),),
            "ranges": (RangeRule(codes="0", mode=0),),
        },
        {
            "kernels": (KernelRule(filters="1", channels="0", mode=1),),
            "ranges": (RangeRule(codes="0", mode=0),),
        },
        {
            "ranges": (RangeRule(codes="0", mode=1),),
            "weights": (WeightRule(filters="1", taps="0", mode=0),),
        },
        {
            "kernels": (KernelRule(filters="1", channels="0", mode=1),),
            "weights": (WeightRule(filters="1", taps="0", mode=0),),
        },
    ],
)
def test_a_rule_that_takes_something_back_stays(fields):
    finest = list(fields)[-1]
    kept = layer(**fields)
    assert getattr(kept, finest)
    without = layer(**{name: x for name, x in fields.items() if name != finest})
    assert not np.array_equal(modes(kept), modes(without))


def random_rules(rng, kind, field, count, first=0):
    """Disjoint rules over ``count`` members of a field, for all or for filter after filter."""
    rules = []
    for filters in [None] if kind in (FilterRule, RangeRule) else range(SHAPE[0]):
        owner = rng.integers(-2, 3, count)
        for mode in range(3):
            members = np.flatnonzero(owner == mode) + first
            if members.size:
                sets = {field: ",".join(map(str, rng.permutation(members)))}
                if filters is not None:
                    sets["filters"] = str(filters)
                rules.append(kind(mode=mode, **sets))
    return tuple(rules[i] for i in rng.permutation(len(rules)))


@pytest.mark.parametrize("seed", range(20))
def test_the_canonical_form_means_what_was_said(seed):
    rng = np.random.default_rng(seed)
    centred = rng.integers(-3, 4, SHAPE)
    said = {
        "filters": random_rules(rng, FilterRule, "filters", SHAPE[0]),
        "kernels": random_rules(rng, KernelRule, "channels", SHAPE[3]),
        "ranges": random_rules(rng, RangeRule, "codes", 7, first=-3),
        "weights": random_rules(rng, WeightRule, "taps", 12),
    }
    said = {name: x for name, x in said.items() if rng.random() < 0.7}
    expected = np.ones(SHAPE, int)
    for f, y, x, c in np.ndindex(*SHAPE):
        places = {
            "filters": {"filters": f},
            "kernels": {"filters": f, "channels": c},
            "ranges": {"codes": centred[f, y, x, c]},
            "weights": {"filters": f, "taps": (y * SHAPE[2] + x) * SHAPE[3] + c},
        }
        for level, place in places.items():
            for rule in said.get(level, ()):
                if all(i in expand(rule.ranges(name)) for name, i in place.items()):
                    expected[f, y, x, c] = rule.mode
    found = layer(mode=1, **said)
    np.testing.assert_array_equal(modes(found, centred), expected)
    rewritten = {name: getattr(found, name) for name in said}
    assert layer(mode=1, **rewritten) == found
    mapping = Mapping({"x": found})
    assert Mapping.from_json(mapping.to_json()) == mapping


def test_arrays_become_rules():
    index = np.random.default_rng(1).integers(0, 3, SHAPE)
    mapping = layer(mode=1, weights=weight_rules(index, [(NAME, 2), (NAME, 1), (NAME, 0)]))
    np.testing.assert_array_equal(modes(mapping), np.array([2, 1, 0])[index])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"filters": (FilterRule(filters="0-3", mode=1), FilterRule(filters="3", mode=2))},
            "filters must not overlap, but two rules speak of filter 3",
        ),
        (
            {"ranges": (RangeRule(codes="-3..3", mode=1), RangeRule(codes="-9..-3", mode=1))},
            "ranges must not overlap, but two rules speak of code -3",
        ),
        (
            {
                "kernels": (
                    KernelRule(filters="0-3", channels="2", mode=1),
                    KernelRule(filters="3-4", channels="0-9", mode=1),
                )
            },
            "kernels must not overlap, but two rules speak of filter 3 channel 2",
        ),
        (
            {
                "weights": (
                    WeightRule(filters="0-3", taps="2", mode=1),
                    WeightRule(filters="1", taps="2", mode=2),
                )
            },
            "weights must not overlap, but two rules speak of filter 1 tap 2",
        ),
    ],
)
def test_overlapping_rules_are_refused(fields, message):
    with pytest.raises(SpecError, match=f"^{message}$"):
        layer(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"filters": (FilterRule(filters="5", mode=1),)}, "filters must be from 0 to 4, not 5"),
        (
            {"kernels": (KernelRule(filters="9", channels="0", mode=1),)},
            "filters must be from 0 to 4, not 9",
        ),
        (
            {"kernels": (KernelRule(filters="0", channels="3", mode=1),)},
            "channels must be from 0 to 2, not 3",
        ),
        (
            {"weights": (WeightRule(filters="0", taps="0-12", mode=1),)},
            "taps must be from 0 to 11, not 12",
        ),
        (  # it repeats the layer's own mode, and canonical form drops it
            {"filters": (FilterRule(filters="0,5", mode=0),)},
            "filters must be from 0 to 4, not 5",
        ),
    ],
)
def test_what_a_layer_lacks_is_refused(fields, message):
    with pytest.raises(SpecError, match=f"^a rule's {message}$"):
        layer(**fields).resolve(np.zeros(SHAPE, np.int64))


def test_too_many_modes_in_one_layer_are_refused(monkeypatch):
    monkeypatch.setattr("hwgen.spec.mapping.layer.LARGEST_MIX", 2)
    rules = tuple(FilterRule(filters=str(x), mode=x) for x in (1, 2))
    with pytest.raises(SpecError, match=r"^a layer must mix at most 2 modes, not 3$"):
        layer(filters=rules).resolve(np.zeros(SHAPE, np.int64))
