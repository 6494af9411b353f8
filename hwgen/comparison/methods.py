"""What methods are: where they come from, and what of them was reconstructed."""

import inspect
import re
from collections.abc import Iterable

from hwgen.mapping.strategies import find_strategy

__all__ = ["method_text"]

_WORDS = ("reconstruct", "not confirmed", "not stated", "unknown", "leaves open", "left open")


def method_text(name: str) -> tuple[str, list[str]]:
    """First sentence of a method's documentation, and those that say what a paper left open."""
    text = inspect.getdoc(find_strategy(name)) or ""
    first, _, rest = text.partition("\n\n")
    whole = " ".join(re.split(r"\n\n(?:Parameters|Attributes)\n", rest)[0].split())
    sentences: Iterable[str] = re.split(r"(?<=[.]) (?=[A-Z])", whole)
    doubts = [x for x in sentences if any(word in x.lower() for word in _WORDS)]
    return _plain(" ".join(first.split())), [_plain(x) for x in doubts]


def _plain(text: str) -> str:
    """Without the marks of references: ``:class:`~a.b.C``` becomes ``C``."""
    return re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"``\1``", text).replace("``", "`")
