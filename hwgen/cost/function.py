"""Boolean functions as Liberty writes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Function", "parse_function"]

_TOKEN = re.compile(r"\s*([A-Za-z_][\w\[\].]*|[01]|[()!'^*&+|])")


@dataclass(frozen=True)
class Function:
    """An expression over pin names.

    Parameters
    ----------
    operator : str
        ``pin``, ``constant``, ``!``, ``&``, ``|`` or ``^``.
    operands : tuple
        Two functions (one for ``!``), a pin name, or 0 or 1.
    """

    operator: str
    operands: tuple[Any, ...]

    @property
    def pins(self) -> frozenset[str]:
        """Names of the pins it depends on."""
        if self.operator == "pin":
            return frozenset(self.operands)
        if self.operator == "constant":
            return frozenset()
        return frozenset().union(*(x.pins for x in self.operands))

    def evaluate(self, pins: Mapping[str, Any], ones: Any) -> Any:
        """Bitwise value for ints or integer arrays; ``ones`` has every bit set."""
        if self.operator == "pin":
            return pins[self.operands[0]]
        if self.operator == "constant":
            return ones if self.operands[0] else ones ^ ones
        first, *rest = (x.evaluate(pins, ones) for x in self.operands)
        if self.operator == "!":
            return first ^ ones
        if self.operator == "&":
            return first & rest[0]
        return first | rest[0] if self.operator == "|" else first ^ rest[0]

    def truth(self, order: tuple[str, ...]) -> int:
        """Truth table: bit ``i`` is the value where pin ``order[k]`` is bit ``k`` of ``i``."""
        count = 1 << len(order)
        columns = {
            pin: sum(1 << i for i in range(count) if i >> k & 1) for k, pin in enumerate(order)
        }
        return int(self.evaluate(columns, (1 << count) - 1))

    def to_verilog(self, names: Mapping[str, str]) -> str:
        """Verilog expression with the pins renamed."""
        if self.operator == "pin":
            return names[self.operands[0]]
        if self.operator == "constant":
            return f"1'b{self.operands[0]}"
        texts = [x.to_verilog(names) for x in self.operands]
        return f"(~{texts[0]})" if self.operator == "!" else f"({f' {self.operator} '.join(texts)})"


def parse_function(text: str) -> Function:
    """Parse Liberty's syntax.

    From the strongest: ``!`` before or ``'`` after an operand, ``^``, ``*`` or ``&`` or a
    blank, ``+`` or ``|``.
    """
    tokens = _tokens(text)
    function = _or(tokens)
    if tokens:
        raise ValueError(f"function must end before {tokens[-1]!r}: {text!r}")
    return function


def _tokens(text: str) -> list[str]:
    """Tokens, last one first."""
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            found = text[position:].lstrip()[0]
            raise ValueError(f"function must not hold {found!r}: {text!r}")
        tokens.append(match[1])
        position = match.end()
    return tokens[::-1]


def _or(tokens: list[str]) -> Function:
    value = _and(tokens)
    while tokens and tokens[-1] in "+|":
        tokens.pop()
        value = Function("|", (value, _and(tokens)))
    return value


def _and(tokens: list[str]) -> Function:
    value = _xor(tokens)
    while tokens and tokens[-1] not in ("+", "|", ")"):
        if tokens[-1] in "*&":
            tokens.pop()
        value = Function("&", (value, _xor(tokens)))
    return value


def _xor(tokens: list[str]) -> Function:
    value = _not(tokens)
    while tokens and tokens[-1] == "^":
        tokens.pop()
        value = Function("^", (value, _not(tokens)))
    return value


def _not(tokens: list[str]) -> Function:
    if not tokens:
        raise ValueError("function must not end with an operator")
    token = tokens.pop()
    if token == "!":
        return Function("!", (_not(tokens),))
    if token == "(":
        value = _or(tokens)
        if not tokens or tokens.pop() != ")":
            raise ValueError("function must close its parentheses")
    elif token in ("0", "1"):
        value = Function("constant", (int(token),))
    elif token[0].isalpha() or token[0] == "_":
        value = Function("pin", (token,))
    else:
        raise ValueError(f"function must have an operand before {token!r}")
    while tokens and tokens[-1] == "'":
        tokens.pop()
        value = Function("!", (value,))
    return value
