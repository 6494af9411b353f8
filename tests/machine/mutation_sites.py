"""Random single faults in emitted Verilog: operators, constants, conditions."""

import re
from dataclasses import dataclass

__all__ = ["Mutant", "modules_of", "random_mutant"]

_SWAPS = {
    "+": "-",
    "-": "+",
    "<": "<=",
    ">": ">=",
    "<=": "<",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "&": "|",
    "|": "&",
    "^": "|",
    ">>": ">>>",
    ">>>": ">>",
}
_OPERATOR = re.compile(r"(?<=[\w\] )}]) ([-+&|^<>]|[<>=!]=|>>>?) (?=[\w\\({~$!])")
_CONSTANT = re.compile(r"(?<![\w\\$])(\d+)'h([0-9a-f]+)")
_CHOICE = re.compile(r"\? (.+?) : (.+?);$")
_CONDITION = re.compile(r"if \((.+)\) begin$")


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A line of a module, before and after."""

    module: str
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
        for number in _lines_at_work(lines)
        for change in _changes(lines[number], rng)
        if change != lines[number]
    ]
    if not sites:
        return None
    number, after = sites[rng.integers(len(sites))]
    before, lines[number] = lines[number], after
    return Mutant(
        module=module,
        before=before.strip(),
        after=after.strip(),
        verilog=verilog.replace(body, "\n".join(lines)),
    )


def _lines_at_work(lines):
    """Numbers of lines that do something: no declarations, and nothing of the reset."""
    in_reset = False
    for number, line in enumerate(lines):
        word = line.split(maxsplit=1)[:1]
        if line.strip() == "if (rst) begin":
            in_reset = True
        elif in_reset:
            in_reset = line.strip() != "end"
        elif "run_once" not in line and word not in (
            *(["module"], ["input"], ["output"], ["wire"], ["reg"]),
            *(["initial"], ["always"], ["integer"], ["for"], []),
        ):
            yield number


def _changes(line, rng):
    """The line with one thing changed, in every way there is."""
    if line.strip().startswith("assign"):
        target, _, value = line.partition(" = ")
        for match in _OPERATOR.finditer(value):
            changed = f"{value[: match.start(1)]}{_SWAPS[match[1]]}{value[match.end(1) :]}"
            yield f"{target} = {changed}"
        if " ~ " in f" {value}":
            yield f"{target} = {f' {value}'.replace(' ~ ', ' ', 1).strip()}"
    yield _CHOICE.sub(r"? \2 : \1;", line)
    condition = _CONDITION.search(line)
    if condition:
        yield line.replace(f"({condition[1]})", "(1'h1)")
        yield line.replace(f"({condition[1]})", "(1'h0)")
    for match in _CONSTANT.finditer(line):
        bit = int(rng.integers(int(match[1])))
        value = f"{int(match[1])}'h{int(match[2], 16) ^ 1 << bit:x}"
        yield line[: match.start()] + value + line[match.end() :]
