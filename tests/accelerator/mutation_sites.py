"""Random single faults in emitted Verilog: operators, constants, conditions, choices."""

import re
from dataclasses import dataclass

__all__ = ["Mutant", "modules_of", "random_mutant"]

_SWAPS = {
    "+": "-",
    "-": "+",
    "*": "+",
    "<": "<=",
    ">": ">=",
    "<=": "<",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "&": "|",
    "|": "&",
    "^": "|",
    ">>": "<<",
    ">>>": ">>",
    "<<": ">>",
}
_OPERATOR = re.compile(r" (<<|>>>?|[<>=!]=|[-+*&|^<>])(?= )")
_NEGATION = re.compile(r"[!~] ?(?=[\w\\(])")
_CONSTANT = re.compile(r"(?<![\w\\$])(\d+)'(h[0-9a-f]+|d\d+)")
_NAME = r"[\w\\$][\w\\$ .']*(?:\[[\d:]+\])?"
_CHOICE = re.compile(rf"\? ({_NAME}) : ({_NAME})(?=[;)])")
_DECLARATION = re.compile(r" *(module|input|output|wire|reg|initial|integer|for|always|genvar)\b")
_RESET = re.compile(r" *if \(rst\) ")
_UNFINISHED = re.compile(r"( [-+*&|^<>=?:!]+|[,({])$")


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A line of a module, before and after."""

    before: str
    after: str
    verilog: str


def modules_of(verilog):
    """Text of every module, by name."""
    found = re.finditer(r"^module (\w+)\(.*?^endmodule$", verilog, re.M | re.S)
    return {match[1]: match[0] for match in found}


def random_mutant(rng, verilog, module):
    """One fault in one line of a module; None if it has nothing to break."""
    body = modules_of(verilog)[module]
    lines = body.split("\n")
    sites = [
        (number, change)
        for number, is_new in _lines_at_work(lines)
        for change in _changes(lines[number], is_new, rng)
        if change != lines[number]
    ]
    if not sites:
        return None
    number, after = sites[rng.integers(len(sites))]
    before, lines[number] = lines[number], after
    return Mutant(
        before=before.strip(),
        after=after.strip(),
        verilog=verilog.replace(body, "\n".join(lines)),
    )


def _lines_at_work(lines):
    """Numbers of lines that do something, and whether a statement begins there.

    No declarations, and nothing of the reset: registers have their first values anyway.
    """
    is_new, idle, in_values = True, False, False
    for number, line in enumerate(lines):
        in_values = line == "  initial begin" or (in_values and line != "  end")
        if is_new:
            idle = bool(_DECLARATION.match(line) or _RESET.match(line) or "run_once" in line)
        if not idle and not in_values:
            yield number, is_new
        is_new = not _UNFINISHED.search(line)


def _changes(line, is_new, rng):
    """The line with one thing changed, in every way there is."""
    assigned = _assignment(line) if is_new else None
    for match in _OPERATOR.finditer(line):
        if match.start(1) != assigned:
            yield line[: match.start(1)] + _SWAPS[match[1]] + line[match.end(1) :]
    for match in _NEGATION.finditer(line):
        yield line[: match.start()] + line[match.end() :]
    for match in _CHOICE.finditer(line):
        yield f"{line[: match.start()]}? {match[2]} : {match[1]}{line[match.end() :]}"
    condition = _condition(line)
    if condition is not None:
        for constant in ("1'h0", "1'h1"):
            yield f"{line[: condition.start]}{constant}{line[condition.stop :]}"
    for match in _CONSTANT.finditer(line):
        bit = 1 << int(rng.integers(int(match[1])))
        value = int(match[2][1:], 16 if match[2][0] == "h" else 10) ^ bit
        yield f"{line[: match.start()]}{match[1]}'h{value:x}{line[match.end() :]}"


def _assignment(line):
    """Where the ``=`` or ``<=`` of a statement is."""
    depth = 0
    for place, character in enumerate(line):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and line[place : place + 3] in (" = ", " <="):
            return place + 1
    return None


def _condition(line):
    """What is between the parentheses of an ``if`` that ends in this line."""
    begin = line.find("if (")
    if begin < 0:
        return None
    depth = 0
    for place in range(begin + 3, len(line)):
        depth += (line[place] == "(") - (line[place] == ")")
        if depth == 0:
            return slice(begin + 4, place)
    return None
