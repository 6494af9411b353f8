"""Readable Verilog of a module."""

import re
import textwrap

from hwgen.readable.fields import drop_unused, name_fields
from hwgen.readable.inline import inline
from hwgen.readable.module import ESCAPE, Assign, Block, Clocked, Module, Net, Raw, read_module
from hwgen.readable.names import name_values
from hwgen.readable.registers import join_registers, short_lines

__all__ = ["readable"]

_WIDTH = 96
_PART = re.compile(r"\w+ ?\[\d+(?::\d+)?\]")


def readable(text: str) -> str:
    """The same module, for people.

    Registers stand in one process with what they take, values without a name stand where they
    are used or get a name, fields of structures are called by their names, and what nothing
    uses is left out.
    """
    module = read_module(text)
    name_fields(module)
    join_registers(module)
    inline(module)
    drop_unused(module)
    name_values(module)
    return re.sub(rf"\b{ESCAPE}(\w+)", r"\\\1 ", _write(module))


def _write(module: Module) -> str:
    ports = textwrap.fill(
        ", ".join(module.ports), _WIDTH, initial_indent="  ", subsequent_indent="  "
    )
    parts = {
        x.target: x.value
        for x in module.items
        if isinstance(x, Assign) and _PART.fullmatch(x.value) and _is_wire(module, x.target)
    }
    items = [_item(x) for x in module.items if getattr(x, "target", None) not in parts]
    declared = _declarations(module, parts)
    return "\n".join([f"module {module.name}(\n{ports}\n);", *declared, *items, "endmodule"])


def _is_wire(module: Module, name: str) -> bool:
    net = module.nets.get(name)
    return net is not None and net.kind == "wire" and not net.direction


def _declarations(module: Module, parts: dict[str, str]) -> list[str]:
    nets = module.nets
    inner = sorted(x for x in nets if not nets[x].direction)
    ports = [name for name in nets if nets[name].direction]
    lines = [_declaration(name, nets[name]) for name in ports]
    lines += [_declaration(name, nets[name]) for name in inner if name not in parts]
    lines += [
        f"{_declaration(name, nets[name]).removesuffix(';')} = {parts[name]};" for name in parts
    ]
    starts = [f"    {name} = {nets[name].start};" for name in (*ports, *inner) if nets[name].start]
    if starts:
        lines += ["  initial begin", *starts, "  end"]
    if any(isinstance(x, Block) and not x.clock for x in module.items):
        # Processes of constants would never run otherwise.
        lines += ["  reg run_once;", "  initial run_once = 0;"]
    return lines


def _declaration(name: str, net: Net) -> str:
    kind = f"{net.direction} reg" if net.direction and net.kind == "reg" else net.direction
    sign = "signed " if net.signed else ""
    width = f"[{net.width - 1}:0] " if net.width > 1 else ""
    return f"  {kind or net.kind} {sign}{width}{name};"


def _item(item: Assign | Clocked | Block | Raw) -> str:
    if isinstance(item, Assign):
        return _wrapped(f"  assign {item.target} = {_repeated(item.value)};")
    if isinstance(item, Clocked):
        return f"  always @(posedge {item.clock})\n    {item.register} <= {item.value};"
    if isinstance(item, Raw):
        return item.text
    lines = [_wrapped(_repeated(x)) for x in short_lines(item.lines)]
    if item.clock:
        return "\n".join([f"  always @(posedge {item.clock}) begin", *lines, "  end"])
    return "\n".join(["  always @* begin", "    if (run_once) begin end", *lines, "  end"])


def _repeated(text: str) -> str:
    """Bits that are repeated in a concatenation, counted: a sign's extension."""
    if "{ " not in text:
        return text
    return re.sub(
        r"(?<=[{,] )(\w+(?:\[\d+\])?)(?:, \1(?![\w\[])){2,}(?=, | )",
        lambda x: f"{{{x[0].count(',') + 1}{{{x[1]}}}}}",
        text,
    )


def _wrapped(line: str) -> str:
    """A long line on several."""
    if len(line) <= _WIDTH + 4:
        return line
    space = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.fill(
        line.strip(),
        _WIDTH,
        initial_indent=space[4:],
        subsequent_indent=space,
        break_long_words=False,
        break_on_hyphens=False,
    )
