"""docs/queries.md says what the parser takes."""

import re
from pathlib import Path

import pytest

from hwgen.errors import SpecError
from hwgen.mapping.formal.parser import parse_queries, parse_query
from hwgen.mapping.strategies.formal import DEFAULT_QUERIES

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "queries.md").read_text("utf-8")


def test_the_examples_are_queries_in_canonical_form():
    shown = re.findall(r"^\| Q\d \| `([^`]+)`", TEXT, re.M)
    assert len(shown) == 7
    assert [str(parse_query(text)) for text in shown] == shown


def test_the_default_is_the_one_that_is_shown():
    assert DEFAULT_QUERIES in TEXT
    assert "; ".join(map(str, parse_queries(DEFAULT_QUERIES))) == DEFAULT_QUERIES


def test_the_error_is_the_one_that_is_shown():
    (message,) = re.findall(r"^query must have .*$", TEXT, re.M)
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        parse_query("never more then 5")


def test_every_word_of_the_grammar_is_understood():
    (grammar,) = re.findall(r"```\n(queries .*?)```", TEXT, re.S)
    words = set(re.findall(r'"([^"]+)"', grammar))
    used = "never more than 5.5 points and at most 3 % of batches above 1 point ; average at most 1"
    assert all(word in used for word in words)
    assert len(parse_queries(used)) == 2
