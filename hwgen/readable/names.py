"""Names for the values that have none."""

import re
from collections.abc import Callable

from hwgen.readable.expressions import Expression, classify
from hwgen.readable.module import (
    ANONYMOUS,
    ESCAPE,
    Assign,
    Block,
    Clocked,
    Module,
    Raw,
    free_name,
)

__all__ = ["name_values"]

_LONGEST = 40
_LEFT = re.compile(r" +([A-Za-z_]\w*|\$\d+)(?: ?\[[\d:]+\])? <?= ")
_PORT = re.compile(r"\.(\w+)\((.*?)\)(?=,?$)", re.M)
_INSTANCE = re.compile(r"  \w+ (\w+) \(")


def name_values(module: Module) -> None:
    """Give every nameless value a name that says what it is or what it is for."""
    readers = _readers(module)
    names: dict[str, str] = {}
    taken = {*module.nets, module.name}

    def named(text: str) -> str:
        return re.sub(ANONYMOUS, lambda x: names.get(x[0], x[0]), text)

    found = [x for x in module.items if isinstance(x, Assign) and x.target.startswith("$")]
    values = {x.target: x.value for x in found}
    lines = [line for x in module.items if isinstance(x, Block) for line in x.lines]
    computed = {*values, *(x[1] for line in lines if (x := _LEFT.match(line)))}
    waiting = [x for x in module.nets if re.fullmatch(ANONYMOUS, x)]
    while waiting:
        ready = [x for x in waiting if readers.get(x, "") not in waiting] or waiting[:1]
        for number in ready:
            reader = names.get(readers.get(number, ""), readers.get(number, "value"))
            value = values.get(number, "")
            name = _what_it_is(classify(value, module.nets), module)
            if number.startswith("$9000"):
                name = f"{reader}_word"
            elif number not in computed:  # it comes out of an instance
                name = reader
            name = name or _what_for(reader.replace("$", "").removeprefix(ESCAPE), value)
            names[number] = free_name(name, taken)
            taken.add(names[number])
        waiting = [x for x in waiting if x not in names]
    _replace(module, named)
    module.nets = {names.get(name, name): net for name, net in module.nets.items()}


def _readers(module: Module) -> dict[str, str]:
    """What reads each nameless value first: a name, perhaps a nameless one, that comes later."""
    readers: dict[str, str] = {}

    def note(text: str, reader: str) -> None:
        for number in re.findall(ANONYMOUS, text):
            if number != reader:
                readers.setdefault(number, reader)

    for item in module.items:
        if isinstance(item, Assign):
            note(item.value, _first_name(item.target))
        elif isinstance(item, Clocked):
            note(item.value, item.register)
        elif isinstance(item, Block):
            text = "\n".join(item.lines)
            target = _LEFT.search("\n" + text)
            note(text, target[1] if target else "value")
        elif instance := _INSTANCE.match(item.text):
            for port, value in _PORT.findall(item.text):
                note(value, f"{instance[1]}_{port}")
    return readers


def _first_name(target: str) -> str:
    """What is assigned to; of several values side by side one that has a name."""
    names: list[str] = re.findall(r"[A-Za-z_$][\w$]*", target)
    return next((name for name in names if not name.startswith("$")), names[0])


def _what_it_is(expression: Expression, module: Module) -> str:
    """A sum or a product of named things."""
    parts = [_word(x) for x in expression.operands]
    if expression.kind != "linear" or len(parts) != 2 or not all(parts) or parts[0].isdigit():
        return ""
    name = f"{parts[0]}_{expression.word()}_{parts[1]}"
    return name if len(name) <= _LONGEST else ""


def _what_for(reader: str, value: str) -> str:
    reader = re.sub(r"(_choice|_term)+(_\d+)?$", "", reader)
    return f"{reader}_choice" if " ? " in value or not value else f"{reader}_term"


def _word(text: str) -> str:
    """An operand as a part of a name; nothing where that is no name yet."""
    text = re.sub(r"\$signed\((.*)\)", r"\1", text.strip())
    constant = re.fullmatch(r"\d+'s?([hdb])([\da-f]+)", text)
    if constant:
        return str(int(constant[2], {"h": 16, "d": 10, "b": 2}[constant[1]]))
    part = re.fullmatch(r"([A-Za-z]\w*)(?: ?\[([\d:]+)\])?", text)
    return (part[1] + (f"_{part[2]}" if part[2] else "")).replace(":", "_") if part else ""


def _replace(module: Module, named: Callable[[str], str]) -> None:
    for item in module.items:
        if isinstance(item, Assign):
            item.target, item.value = named(item.target), named(item.value)
        elif isinstance(item, Clocked):
            item.value = named(item.value)
        elif isinstance(item, Block):
            item.lines = [named(x) for x in item.lines]
        elif isinstance(item, Raw):
            item.text = named(item.text)
