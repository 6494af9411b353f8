"""One module of Yosys's Verilog: its nets, and what drives them.

The grammar is that of ``write_verilog``: an item begins with two spaces, its further lines with
more, an assignment has one operator.
"""

import re
from dataclasses import dataclass, field

__all__ = [
    "ANONYMOUS",
    "ESCAPE",
    "NAME",
    "Assign",
    "Block",
    "Clocked",
    "Module",
    "Net",
    "Raw",
    "read_module",
]

NAME = r"(?<![\w'$.])[A-Za-z_]\w*"  # keywords, too
ANONYMOUS = r"\$\d+(?!\w)"  # what Amaranth has no name for
ESCAPE = "Escaped_"  # in front of a port whose name is a keyword

_RESERVED = """
alias always and assert assume before begin bind bins bit break buf byte case cell checker class
config const context continue cover cross default disable do edge end endcase enum event expect
export extends final first_match for force forever fork function generate if implies import
include initial inout input inside instance int interface join large library local logic longint
matches medium module nand new nor not null or output package parameter posedge primitive
priority property protected pure rand randomize ref reg release repeat restrict return scalared
sequence shortint signed small solve static string strong struct super table tagged task this
throughout time timeunit type typedef union unique unsigned until use var virtual void wait weak
while wire with within xor
"""
_KEYWORDS = frozenset(_RESERVED.split())


@dataclass
class Net:
    """A declared name: its width in bits, and the value it starts with."""

    kind: str  # wire or reg
    width: int
    signed: bool = False
    direction: str = ""  # of a port
    start: str = ""


@dataclass
class Assign:
    """A continuous assignment."""

    target: str
    value: str


@dataclass
class Clocked:
    """A register's assignment at a clock's edge."""

    register: str
    clock: str
    value: str


@dataclass
class Block:
    """Lines of a process: a combinational one if it has no clock."""

    lines: list[str]
    clock: str = ""


@dataclass
class Raw:
    """An instance, a memory or its ports: kept as it is."""

    text: str


@dataclass
class Module:
    """What a module's text says."""

    name: str
    ports: list[str]
    nets: dict[str, Net] = field(default_factory=dict)
    items: list[Assign | Clocked | Block | Raw] = field(default_factory=list)


_NET = re.compile(
    rf"  (input|output|wire|reg) (signed )?(?:\[(\d+):0\] )?({NAME}|{ANONYMOUS})\s*(?:= (\S+))?;$"
)
_REGISTER = re.compile(r"  always @\(posedge (\w+)\)\n    (\S+) <= (.*);$", re.S)


def read_module(text: str) -> Module:
    """Parse a module's text, from ``module`` to ``endmodule``."""
    # What a memory read is nameless, too.
    text = re.sub(r"(?<!\w)_(\d+)_(?!\w)", r"\\$9000\1 ", text)
    head, _, rest = text.partition(");\n")
    body = _plain(rest.removesuffix("endmodule"), head)
    name, _, ports = _plain(head, head).removeprefix("module ").partition("(")
    module = Module(name, [port.strip() for port in ports.split(",") if port.strip()])
    for item in _items(body):
        _add(module, item)
    return module


def _items(body: str) -> list[str]:
    found: list[list[str]] = []
    for line in body.splitlines():
        if line[2:3] == " " or line in ("  end", "  );"):
            found[-1].append(line)
        elif line:
            found.append([line])
    return ["\n".join(lines) for lines in found]


def _add(module: Module, item: str) -> None:
    if "run_once" in item and not item.startswith("  always"):
        return
    if net := _NET.match(item):
        _declare(module, net)
    elif item.startswith("  assign "):
        target, _, value = item[9:-1].partition(" = ")
        module.items.append(Assign(target.strip(), value.strip()))
    elif register := _REGISTER.match(item):
        clock, target, value = register.groups()
        module.items.append(Clocked(target, clock, value.strip()))
    elif item.startswith("  always @* begin"):
        lines = item.splitlines()[1:-1]
        module.items.append(Block([x for x in lines if "run_once" not in x]))
    else:
        module.items.append(Raw(item))


def _declare(module: Module, found: re.Match[str]) -> None:
    kind, signed, high, name, start = found.groups()
    name = name.strip()
    net = module.nets.setdefault(name, Net("wire", int(high or 0) + 1, bool(signed)))
    if kind in ("input", "output"):
        net.direction = kind
    else:
        net.kind, net.start = kind, start or ""


def _plain(text: str, ports: str) -> str:
    """Every escaped name without its escape, and the nameless as ``$`` and a number.

    Fields lose their dots, second signals of one name get a number.
    """
    taken = set(re.findall(r"(?<![\\\w$'.])[A-Za-z_]\w*", text)) | set(re.findall(r"\w+", ports))
    names: dict[str, str] = {}

    def plain(match: re.Match[str]) -> str:
        dot, name = match.groups()
        if dot:  # a port of an instance
            return dot + ESCAPE + name
        if name not in names:
            names[name] = _new_name(name, taken, f"\\{name} " in ports)
            taken.add(names[name])
        return names[name]

    return re.sub(r"(\.)?\\(\S+) ", plain, text)


def _new_name(name: str, taken: set[str], is_port: bool) -> str:
    if re.fullmatch(r"\$\d+", name):
        return name
    if name in _KEYWORDS:
        return ESCAPE + name if is_port else f"{name}_value"
    base = re.sub(r"\W+", "_", re.sub(r"\$\d+$", "", name)).strip("_") or "signal"
    return free_name(base + "_value" if base in _KEYWORDS else base, taken)


def free_name(base: str, taken: set[str]) -> str:
    """``base``, or with a number where another has that name."""
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name
