"""The text of queries: docs/queries.md has the grammar."""

import re
from collections.abc import Callable
from typing import NamedTuple

from hwgen.errors import SpecError
from hwgen.mapping.formal.query import LARGEST_LIMIT, Average, Never, Property, Query, Share

__all__ = ["parse_queries", "parse_query"]

_TOKEN = re.compile(r"[A-Za-z]+|[0-9]+(?:\.[0-9]+)?|\s+|.", re.ASCII | re.DOTALL)
LONGEST_SHOWN = 20  # characters of a token in a message


class _Token(NamedTuple):
    text: str  # empty at the end
    column: int


def parse_query(text: str) -> Query:
    """The query that ``text`` states, such as ``never more than 5 and average at most 1``.

    Raises
    ------
    SpecError
        It does not parse: names the column, counted from 1, and what was expected there.
    """
    parser = _Parser(text)
    found = parser.query()
    parser.end("'and' or the end")
    return found


def parse_queries(text: str) -> tuple[Query, ...]:
    """One or more queries with semicolons between them; each is kept once, in order.

    Raises :exc:`SpecError` as :func:`parse_query` does.
    """
    parser = _Parser(text)
    found = [parser.query()]
    while parser.takes(";"):
        found.append(parser.query())
    parser.end("'and', ';' or the end")
    return tuple(dict.fromkeys(found))


class _Parser:
    """Recursive descent: a method per rule of the grammar, one token of lookahead."""

    def __init__(self, text: str) -> None:
        found = [_Token(x.group(), x.start() + 1) for x in _TOKEN.finditer(text)]
        self._tokens = [x for x in found if not x.text.isspace()]
        self._tokens.append(_Token("", len(text) + 1))
        self._at = 0

    def query(self) -> Query:
        properties = [self._property()]
        while self.takes("and"):
            properties.append(self._property())
        return Query(tuple(properties))

    def takes(self, word: str) -> bool:
        """Whether the next token is ``word``; it is passed over then."""
        found = self._next.text.lower() == word
        self._at += found
        return found

    def end(self, wanted: str) -> None:
        if self._next.text:
            raise self._error(wanted)

    def _property(self) -> Property:
        if self.takes("never"):
            self._expect("more", "than")
            return Never(self._limit())
        if self.takes("average"):
            self._expect("at", "most")
            return Average(self._limit())
        if self.takes("at"):
            self._expect("most")
            percent = self._number("a percentage below 100", lambda x: x < 100)
            self._expect("%", "of", "batches", "above")
            return Share(self._limit(), percent)
        raise self._error("'never', 'at' or 'average'")

    def _limit(self) -> float:
        limit = self._number("a number of points up to 100", lambda x: x <= LARGEST_LIMIT)
        for unit in ("points", "point"):
            if self.takes(unit):
                break
        return limit

    def _number(self, wanted: str, is_allowed: Callable[[float], bool]) -> float:
        text = self._next.text
        if not "0" <= text[:1] <= "9" or not is_allowed(float(text)):
            raise self._error(wanted)
        self._at += 1
        return float(text)

    def _expect(self, *words: str) -> None:
        for word in words:
            if not self.takes(word):
                raise self._error(repr(word))

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _error(self, wanted: str) -> SpecError:
        token = self._next
        shown = repr(token.text[:LONGEST_SHOWN]) if token.text else "the end"
        return SpecError(f"query must have {wanted} at column {token.column}, not {shown}")
