"""What a layer of a mapping file cannot say: each message in full."""

import json

import pytest

from hwgen.errors import SpecError
from hwgen.spec.mapping import Mapping


def text_of(**fields):
    return json.dumps({"hwgen_mapping": 2, "layers": {"stem": fields}})


def with_rule(level, **fields):
    return text_of(multiplier="posneg_2", **{level: [fields]})


LIMITS = "must be an integer from"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (text_of(mode=1), "a layer must say its multiplier"),
        (
            text_of(multiplier="exact", color=1),
            (
                "a layer must hold only multiplier, mode, filters, kernels, ranges, weights, "
                "bias_update, control_variate, tuned_weights, not 'color'"
            ),
        ),
        (
            '{"hwgen_mapping": 2, "layers": {"stem": "exact"}}',
            "a layer must be an object, not 'exact'",
        ),
        (
            text_of(multiplier="exact", bias_update=[1, 2.5]),
            r"bias_update must be a list of integers, not \[1, 2\.5\]",
        ),
        (
            text_of(multiplier="exact", bias_update=3),
            "bias_update must be a list of integers, not 3",
        ),
        (
            text_of(multiplier="exact", bias_update=[1 << 31]),
            f"mapping bias_update {LIMITS} -2147483648 to 2147483647, not 2147483648",
        ),
        (text_of(multiplier="exact", mode=1), f"multiplier exact mode {LIMITS} 0 to 0, not 1"),
        (
            text_of(multiplier="posneg_2", mode="2"),
            f"multiplier posneg_2 mode {LIMITS} 0 to 2, not '2'",
        ),
        (
            text_of(multiplier="wallace"),
            "no multiplier is called 'wallace'; hwgen multipliers lists all",
        ),
        (text_of(multiplier=["exact"]), r"multiplier must be a name, not \['exact'\]"),
        (with_rule("filters", mode=1), "a rule of filters must say its filters"),
        (with_rule("filters", filters="1"), "a rule of filters must say its mode"),
        (
            with_rule("ranges", codes="1", mode=1, filters="2"),
            "a rule of ranges must hold only codes, multiplier, mode, not 'filters'",
        ),
        (
            text_of(multiplier="exact", filters={"0": 1}),
            r"filters must be a list, not \{'0': 1\}",
        ),
        (
            text_of(multiplier="exact", filters=["0"]),
            "a rule of filters must be an object, not '0'",
        ),
        (
            with_rule("filters", filters=3, mode=1),
            "filters: filters must be a set of numbers such as '0-3,7', not 3",
        ),
        (
            with_rule("filters", filters="1,", mode=1),
            "filters: filters must be a set of numbers such as '0-3,7', not '1,'",
        ),
        (
            with_rule("filters", filters="7-3", mode=1),
            "filters: filters must give ranges upwards, such as '0-3', not '7-3'",
        ),
        (
            with_rule("filters", filters="-1", mode=1),
            f"filters: rule filters {LIMITS} 0 to 65535, not -1",
        ),
        (
            with_rule("ranges", codes="-256..0", mode=1),
            f"ranges: rule codes {LIMITS} -255 to 255, not -256",
        ),
        (
            with_rule("filters", filters="1", mode=3),
            f"multiplier posneg_2 mode {LIMITS} 0 to 2, not 3",
        ),
        (
            with_rule("filters", filters="1", mode=0, multiplier="exact_u8"),
            "multiplier exact_u8 must take the operands of posneg_2, u8 and s8, not u8 and u8",
        ),
        (
            with_rule("filters", filters="1", mode=0, multiplier=""),
            "multiplier must be a name, not ''",
        ),
        (
            text_of(multiplier="exact", control_variate={"x": "low"}),
            "control_variate must say its bits",
        ),
        (
            text_of(
                multiplier="exact",
                control_variate={"x": "xor", "bits": 1, "fraction": 0, "factors": []},
            ),
            "control_variate x must be one of low, or, not 'xor'",
        ),
        (
            text_of(multiplier="exact", tuned_weights=[[1, 2], [3]]),
            "tuned_weights must hold as many codes for every filter",
        ),
        (
            text_of(multiplier="exact", tuned_weights=[[1, 128]]),
            "tuned_weights must be integers from -128 to 127, not 128",
        ),
        (
            text_of(multiplier="exact", tuned_weights=[[]]),
            "tuned_weights must hold the codes of every filter, as integers",
        ),
    ],
)
def test_a_wrong_layer_is_refused_in_one_line(text, message):
    with pytest.raises(SpecError, match=f"^mapping layer stem: {message}$"):
        Mapping.from_json(text)
