"""The text of queries."""

import re

import numpy as np
import pytest

from hwgen.errors import SpecError
from hwgen.mapping.formal.parser import parse_queries, parse_query
from hwgen.mapping.formal.query import Average, Never, Query, Share

# Reconstructed: the paper defines seven queries of such kinds; their constants are not known.
SEVEN = {
    "never more than 10": Query((Never(10.0),)),
    "at most 20 % of batches above 5": Query((Share(5.0, 20.0),)),
    "at most 40 % of batches above 3": Query((Share(3.0, 40.0),)),
    "never more than 10 and at most 20 % of batches above 5": Query(
        (Never(10.0), Share(5.0, 20.0))
    ),
    "at most 20 % of batches above 5 and at most 40 % of batches above 3": Query(
        (Share(5.0, 20.0), Share(3.0, 40.0))
    ),
    "never more than 10 and at most 40 % of batches above 3 and average at most 1": Query(
        (Never(10.0), Share(3.0, 40.0), Average(1.0))
    ),
    "average at most 0.5": Query((Average(0.5),)),
}


@pytest.mark.parametrize("text", SEVEN)
def test_a_query_of_each_kind_is_read_and_written(text):
    assert parse_query(text) == SEVEN[text]
    assert str(SEVEN[text]) == text


@pytest.mark.parametrize(
    "text",
    [
        "average at most 1 and never more than 5",
        "  NEVER more\n than 5.0 points AND average at most 1.00 point ",
        "never more than 5 and average at most 1 and never more than 5",
    ],
)
def test_what_means_the_same_is_written_the_same(text):
    assert str(parse_query(text)) == "never more than 5 and average at most 1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'never', 'at' or 'average' at column 1, not the end"),
        ("  ", "'never', 'at' or 'average' at column 3, not the end"),
        ("always", "'never', 'at' or 'average' at column 1, not 'always'"),
        ("never more then 5", "'than' at column 12, not 'then'"),
        ("never more than", "a number of points up to 100 at column 16, not the end"),
        ("never more than -5", "a number of points up to 100 at column 17, not '-'"),
        ("never more than 100.5", "a number of points up to 100 at column 17, not '100.5'"),
        ("average at most 1e3", "'and' or the end at column 18, not 'e'"),
        ("average at most 1.", "'and' or the end at column 18, not '.'"),
        ("average at most 1 or", "'and' or the end at column 19, not 'or'"),
        ("average at most 1 and", "'never', 'at' or 'average' at column 22, not the end"),
        ("average at most 1; average at most 2", "'and' or the end at column 18, not ';'"),
        ("at most 100 % of", "a percentage below 100 at column 9, not '100'"),
        ("at most 5 of batches", "'%' at column 11, not 'of'"),
        ("at most 5 % batches", "'of' at column 13, not 'batches'"),
        ("average at most \N{SUPERSCRIPT TWO}", "points up to 100 at column 17, not '\xb2'"),
        ("never " + "x" * 99, "'more' at column 7, not 'xxxxxxxxxxxxxxxxxxxx'"),
        ("average at most " + "9" * 999, "column 17, not '99999999999999999999'"),
        ("never\n\n\x00", r"'more' at column 8, not '\x00'"),
    ],
)
def test_an_error_names_the_column_and_what_was_expected(text, message):
    with pytest.raises(SpecError) as caught:
        parse_query(text)
    assert str(caught.value).startswith("query must have ")
    assert str(caught.value).endswith(message)
    assert len(str(caught.value).splitlines()) == 1


def test_semicolons_part_queries():
    found = parse_queries("average at most 1; never more than 5;average at most 1.0")
    assert found == (Query((Average(1.0),)), Query((Never(5.0),)))
    with pytest.raises(SpecError, match="must have 'and', ';' or the end at column 19"):
        parse_queries("average at most 1 %")


def random_property(rng):
    limit = float(rng.choice([rng.integers(0, 101), rng.uniform(0, 100), 10 ** rng.uniform(-9, 2)]))
    if (kind := rng.integers(3)) == 0:
        return Never(limit)
    return Average(limit) if kind == 1 else Share(limit, float(rng.uniform(0, 100)))


def test_every_query_is_read_back_as_it_was_written():
    rng = np.random.default_rng(1)
    for _ in range(500):
        query = Query(tuple(random_property(rng) for _ in range(rng.integers(1, 5))))
        assert parse_query(str(query)) == query


def test_no_text_causes_another_error():
    rng = np.random.default_rng(2)
    words = [x.group() for text in SEVEN for x in re.finditer(r"\S+", text)] + list(";.é\nx")
    refused = []
    for _ in range(3000):
        text = "".join(rng.choice(words) + rng.choice(["", " "]) for _ in range(rng.integers(12)))
        if rng.random() < 0.3:
            text = "".join(chr(x) for x in rng.integers(0, 0x2FFF, rng.integers(9))) + text
        try:
            assert parse_queries(text)
        except SpecError as error:
            refused.append(str(error))
    assert len(refused) > 1000
    assert all(len(message.splitlines()) == 1 for message in refused)


def test_a_cut_or_garbled_query_is_read_or_refused():
    rng = np.random.default_rng(3)
    for _ in range(2000):
        text = list(list(SEVEN)[rng.integers(len(SEVEN))])
        for _ in range(rng.integers(1, 4)):
            text[rng.integers(len(text))] = rng.choice(["", "5", "a", " ", "%", "and "])
        try:
            query = parse_query("".join(text))
        except SpecError:
            continue
        assert parse_query(str(query)) == query
