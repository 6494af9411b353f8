"""What one operator of Yosys's Verilog computes, and where its text may stand for its name.

Verilog extends operands to the width of what surrounds them, so an operation may move into
another only where that width cannot change its value.
"""

import re
from dataclasses import dataclass

from hwgen.readable.module import ANONYMOUS, NAME, Net

__all__ = ["Expression", "classify", "width_of"]

_ATOM = (
    rf"(?:{NAME}|{ANONYMOUS}|\d+'s?[hdb][\w?]+|\$signed\((?:{NAME}|{ANONYMOUS}|[^()]*)\)"
    r"|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})(?: ?\[[\d:]+\])?"
)
_UNARY = re.compile(rf"(~|!|&|\||\^|-) ?({_ATOM}) ?")
_BINARY = re.compile(
    rf"({_ATOM}) ?(==|!=|<=|>=|<<<|>>>|<<|>>|<|>|&&|\|\||&|\||\^|\+|-|\*) ?({_ATOM}) ?"
)
_WHOLE = re.compile(rf"({_ATOM}) ?")
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
_WORDS = {"+": "plus", "-": "minus", "*": "times", "&": "and", "|": "or", "^": "xor"}
_WORDS |= {"<<": "shifted_left_by", ">>": "shifted_right_by", ">>>": "shifted_right_by"}


@dataclass(frozen=True)
class Expression:
    """A classified value.

    Parameters
    ----------
    kind : str
        ``bit``: 0 or 1, whatever surrounds it. ``linear``: its low bits depend on the low bits
        of its operands only. ``atom``: a name, constant or concatenation. ``other``.
    operator : str
        Of one or two operands.
    operands : tuple of str
        Their texts.
    """

    kind: str
    operator: str
    operands: tuple[str, ...]

    def word(self) -> str:
        """The operator, as a part of a name."""
        return _WORDS.get(self.operator, "")


def classify(value: str, nets: dict[str, Net]) -> Expression:
    """What kind of value a right-hand side is."""
    if found := _WHOLE.fullmatch(value):
        return Expression("atom", "", (found[1],))
    if found := _UNARY.fullmatch(value):
        operator, x = found.groups()
        is_bit = operator in "!&|^" or (operator == "~" and width_of(x, nets) == 1)
        return Expression("bit" if is_bit else "other", operator, (x,))
    if found := _BINARY.fullmatch(value):
        x, operator, y = found.groups()
        return Expression(_binary_kind(operator, x, y, nets), operator, (x, y))
    return Expression("other", "", ())


def _binary_kind(operator: str, x: str, y: str, nets: dict[str, Net]) -> str:
    if operator in _COMPARISONS or operator in ("&&", "||"):
        return "bit"
    if operator in "&|^" and width_of(x, nets) == 1 == width_of(y, nets):
        return "bit"
    return "linear" if operator in "+-*" else "other"


def width_of(atom: str, nets: dict[str, Net]) -> int | None:
    """Bits of a name, a part of it or a constant; None of anything else."""
    atom = atom.strip()
    if signed := re.fullmatch(r"\$signed\((.*)\)", atom):
        return width_of(signed[1], nets)
    if constant := re.match(r"(\d+)'", atom):
        return int(constant[1])
    if part := re.search(r" ?\[(\d+)(?::(\d+))?\]$", atom):
        high, low = part.groups()
        return int(high) - int(low if low is not None else high) + 1
    net = nets.get(atom)
    return net.width if net else None
