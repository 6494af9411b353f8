"""Fields of structures by their names, and names that nothing uses left out."""

import re
from collections import Counter
from collections.abc import Callable

from hwgen.readable.module import ANONYMOUS, NAME, Assign, Block, Clocked, Module

__all__ = ["drop_unused", "name_fields"]

_PART = re.compile(rf"({NAME}) ?(\[\d+(?::\d+)?\])")
_ANY = re.compile(rf"{NAME}|{ANONYMOUS}")
_LEFT = re.compile(r"( +\S.*? (?:=|<=) )(.*)$")


def name_fields(module: Module) -> None:
    """Write the name of a field in place of the bits that it is."""
    fields: dict[tuple[str, str], str] = {}
    used = _uses(module)
    for item in module.items:
        if isinstance(item, Assign) and _is_free(module, item.target) and not used[item.target]:
            part = _PART.fullmatch(item.value)
            if part and module.nets.get(part[1].strip()) is not None:
                fields.setdefault((part[1], part[2]), item.target)
    for name in fields.values():
        module.nets[name].signed = False  # as parts are
    own = set(fields.values())

    def named(text: str) -> str:
        return _PART.sub(lambda x: fields.get((x[1], x[2]), x[0]), text)

    for item in module.items:
        if (isinstance(item, Assign) and item.target not in own) or isinstance(item, Clocked):
            item.value = named(item.value)
        elif isinstance(item, Block):
            item.lines = [_right(line, named) for line in item.lines]


def _right(line: str, named: Callable[[str], str]) -> str:
    """A line of a process, with fields named where they are read."""
    if found := _LEFT.match(line):
        return found[1] + named(found[2])
    return named(line)


def _is_free(module: Module, target: str) -> bool:
    net = module.nets.get(target)
    return net is not None and not net.direction and net.kind == "wire"


def drop_unused(module: Module) -> None:
    """Leave out assignments to names that nothing reads, and nets without any use."""
    while True:
        used = _uses(module)
        kept = [
            item
            for item in module.items
            if not isinstance(item, Assign) or used[item.target] or not _is_gone(module, item)
        ]
        if len(kept) == len(module.items):
            break
        module.items = kept
    for item in module.items:
        if isinstance(item, Assign | Clocked):
            target = item.target if isinstance(item, Assign) else item.register
            used.update(x.strip() for x in _ANY.findall(target))
        elif isinstance(item, Block):
            used.update(x.strip() for line in item.lines for x in _ANY.findall(line))
    module.nets = {x: net for x, net in module.nets.items() if net.direction or used[x]}


def _is_gone(module: Module, item: Assign) -> bool:
    return bool(re.fullmatch(ANONYMOUS, item.target)) or _is_free(module, item.target)


def _uses(module: Module) -> Counter[str]:
    """How often each name is read."""
    used: Counter[str] = Counter()
    for item in module.items:
        if isinstance(item, Assign | Clocked):
            texts = [item.value]
        elif isinstance(item, Block):
            texts = [x[2] if (x := _LEFT.match(line)) else line for line in item.lines]
        else:
            texts = [item.text]
        for text in texts:
            used.update(x.strip() for x in _ANY.findall(text))
    return used
