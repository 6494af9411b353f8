"""Nameless values written where they are used."""

import re
from collections import Counter

from hwgen.readable.expressions import Expression, classify, width_of
from hwgen.readable.module import ANONYMOUS, Assign, Block, Clocked, Module, Net, Raw

__all__ = ["inline"]

_LONGEST = 200  # characters of a value that may be written into another
_SHORT = 24  # of one that may be written several times

_USE = re.compile(rf"({ANONYMOUS})( ?\[\d+(?::\d+)?\])?")
_ASSIGNMENT = re.compile(r"( +)(\S.*?) (=|<=) (.*);$")
_CONDITION = re.compile(r"( +(?:end else )?(?:if|casez?) \()(.*)(\)(?: begin)?)$")


def inline(module: Module) -> None:
    """Replace names of nameless values by the values, where that is short and changes nothing."""
    values = _Values(module)
    for item in module.items:
        if isinstance(item, Assign):
            values.define(item)
        elif isinstance(item, Clocked):
            item.value = values.written(item.value, module.nets[item.register.strip()].width)
    for item in module.items:
        if isinstance(item, Block):
            item.lines = [values.line(x) for x in item.lines]
        elif isinstance(item, Raw):
            item.text = _USE.sub(lambda use: values.alone(use), item.text)


class _Values:
    """What each nameless value is, so far."""

    def __init__(self, module: Module) -> None:
        self._nets = module.nets
        self._uses = Counter(
            name
            for item in module.items
            for text in _texts(item)
            for name in re.findall(ANONYMOUS, text)
        )
        self._found: dict[str, tuple[Expression, str]] = {}

    def define(self, item: Assign) -> None:
        """Write an assignment's value, and remember it if it is nameless."""
        expression, item.value = self._written(item.value, width_of(item.target, self._nets))
        if re.fullmatch(ANONYMOUS, item.target):
            self._found[item.target] = (expression, item.value)

    def written(self, value: str, width: int | None) -> str:
        """A right-hand side for ``width`` bits, with other values in place of their names."""
        return self._written(value, width)[1]

    def _written(self, value: str, width: int | None) -> tuple[Expression, str]:
        use = _USE.fullmatch(value)
        found = self._whole(use, width) if use else None
        if found is not None:
            return found
        expression = classify(value, self._nets)
        tidy = _tidy(value, expression, self._nets)
        operator = expression.operator if len(expression.operands) == 2 else ""
        return expression, self._operands(tidy, operator)

    def line(self, text: str) -> str:
        """A line of a process."""
        if found := _ASSIGNMENT.match(text):
            space, target, sign, value = found.groups()
            return f"{space}{target} {sign} {self.written(value, width_of(target, self._nets))};"
        if found := _CONDITION.match(text):
            begin, value, end = found.groups()
            return f"{begin}{self._operands(value, '', bare=True)}{end}"
        return text

    def alone(self, use: re.Match[str]) -> str:
        """A value that is connected to a port."""
        found = self._usable(use[1], use[2])
        return found[1] if found and found[0].kind in ("bit", "atom") else use[0]

    def _whole(self, use: re.Match[str], width: int | None) -> tuple[Expression, str] | None:
        """What a right-hand side that is nothing else may be."""
        name, part = use.groups()
        found = self._usable(name, None)
        if found is None or width is None:
            return None
        expression = found[0]
        if part is None:
            return found if width == self._nets[name].width else None
        if expression.kind != "linear" or part.strip() != f"[{width - 1}:0]":
            return None
        widths = [width_of(x, self._nets) for x in expression.operands]
        return found if all(x is not None and x <= width for x in widths) else None

    def _operands(self, text: str, operator: str, bare: bool = False) -> str:
        def replace(use: re.Match[str]) -> str:
            found = self._usable(use[1], use[2])
            if found is None or found[0].kind not in ("atom", "bit"):
                return use[0]
            expression, value = found
            joins = expression.operator == operator in ("&", "|") and expression.operands[1:]
            is_one = expression.kind == "atom" or (
                not text.startswith("!") and re.fullmatch(r"!\w+(\[\d+\])?", value)
            )
            return value if is_one or bare or joins else f"({value})"

        bare = bare and _USE.fullmatch(text) is not None
        return _USE.sub(replace, text)

    def _usable(self, name: str, part: str | None) -> tuple[Expression, str] | None:
        """Expression and text of a value that may be written out."""
        found = self._found.get(name)
        if found is None or part:
            return None
        expression, text = found
        limit = _LONGEST if self._uses[name] == 1 else _SHORT
        if len(text) > limit or (expression.kind == "atom" and self._is_signed(expression)):
            return None
        return found

    def _is_signed(self, atom: Expression) -> bool:
        text = atom.operands[0]
        net = self._nets.get(text.strip())
        return text.startswith("$signed") or (net is not None and net.signed)


def _texts(item: Assign | Clocked | Block | Raw) -> list[str]:
    if isinstance(item, Assign | Clocked):
        return [item.value]
    return item.lines if isinstance(item, Block) else [item.text]


def _tidy(value: str, expression: Expression, nets: dict[str, Net]) -> str:
    """Logical operators on single bits only, and constants as wide as what they meet."""
    operator, operands = expression.operator, expression.operands
    if len(operands) == 1 and expression.kind == "bit":
        x = operands[0]
        width = width_of(x, nets)
        if width == 1 and operator in "!~":
            return f"!{x}"
        if width and width > 1 and operator in "!|":
            return f"{x} {'==' if operator == '!' else '!='} {width}'d0"
    if len(operands) == 2 and (expression.kind == "bit" or operator in "+-&|^"):
        x, y = operands
        x, y = _widened(x, y, nets), _widened(y, x, nets)
        return f"{x} {operator} {y}"
    return value


def _widened(x: str, other: str, nets: dict[str, Net]) -> str:
    """An unsigned constant, as wide as the other operand."""
    constant = re.fullmatch(r"(\d+)'([hdb])([\da-f]+)", x.strip())
    width = width_of(other, nets)
    if constant is None or width is None or int(constant[1]) >= width:
        return x
    base = {"h": 16, "d": 10, "b": 2}[constant[2]]
    return f"{width}'d{int(constant[3], base)}"
