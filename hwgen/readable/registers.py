"""Registers with what they take in one process."""

import re
from collections import Counter

from hwgen.readable.module import ANONYMOUS, Assign, Block, Clocked, Module, Raw

__all__ = ["join_registers", "short_lines"]

_ASSIGNMENT = re.compile(rf"( +)({ANONYMOUS})( ?\[[\d:]+\])? = (.*);$")


def join_registers(module: Module) -> None:
    """Move what computes a register's next value into the process of the register."""
    targets = {_target(item): item for item in module.items if isinstance(item, Block)}
    uses = Counter(
        name
        for item in module.items
        for text in _texts(item)
        for name in re.findall(ANONYMOUS, text)
    )
    joined: dict[int, Block] = {}
    gone = set()
    for item in module.items:
        if isinstance(item, Clocked) and item.value in targets and uses[item.value] == 1:
            block = targets[item.value]
            joined[id(item)] = _joined(item, block)
            gone.add(id(block))
    module.items = [joined.get(id(x), x) for x in module.items if id(x) not in gone]


def _target(block: Block) -> str:
    """The one name that a process assigns; nothing if there are several."""
    found = {x[2] for line in block.lines if (x := _ASSIGNMENT.match(line))}
    return found.pop() if len(found) == 1 else ""


def _texts(item: Assign | Clocked | Block | Raw) -> list[str]:
    """Where names are read."""
    if isinstance(item, Assign | Clocked):
        return [item.value]
    if isinstance(item, Raw):
        return [item.text]
    return [x[4] if (x := _ASSIGNMENT.match(line)) else line for line in item.lines]


def _joined(register: Clocked, block: Block) -> Block:
    lines = []
    for line in block.lines:
        if found := _ASSIGNMENT.match(line):
            space, _, part, value = found.groups()
            if not part and value.strip() == register.register.strip():
                continue  # it keeps its value
            line = f"{space}{register.register}{part or ''} <= {value};"
        lines.append(line)
    return Block(lines, register.clock)


def short_lines(lines: list[str]) -> list[str]:
    """A process without ``begin`` and ``end`` around single assignments, and with defaults."""
    found: list[str] = []
    labels: list[list[str]] = []  # of the case statements around a line
    for line in lines:
        word = line.strip()
        if word.startswith("casez"):
            labels.append([])
        elif labels and re.match(r"(?:[\w'?, ]+|default):$", word):
            labels[-1].append(word)
        elif word == "endcase" and "default:" not in labels.pop():
            space = line[: len(line) - len(line.lstrip())]
            found.append(f"{space}  default: ;")
        if word == "end" and _is_single(found):
            found[-2:] = [f"{found[-2].removesuffix(' begin')} {found[-1].strip()}"]
        else:
            found.append(line)
    return found


def _is_single(lines: list[str]) -> bool:
    """Whether the last two lines are a condition and an assignment."""
    if len(lines) < 2 or not re.match(r" +if \(.*\) begin$", lines[-2]):
        return False
    word = lines[-1].strip()
    is_assignment = re.match(r"\S.* <?= .*;$", word) and not word.startswith("if ")
    return bool(is_assignment) and len(lines[-2]) + len(word) < 110
