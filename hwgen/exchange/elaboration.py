"""Yosys on Verilog that others wrote: its top module, its gates, some of its products.

Each function is one run of Yosys; what Yosys does not accept becomes one line that names the
file. Port and module names have to be plain Verilog names: they become words of a script.
"""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwgen.arith.netlist.source import read_source
from hwgen.errors import SpecError
from hwgen.flow.tool import ToolFailure
from hwgen.flow.yosys import run_yosys

__all__ = ["Source", "evaluated", "gates", "top_module"]

LIMIT_S = 60.0  # the 99 files of EvoApproxLib take 0.3 s each
_FILE = "design.v"


@dataclass(frozen=True)
class Source:
    """A Verilog file.

    Parameters
    ----------
    name : str
        What refusals call it; SystemVerilog when it ends in ``.sv``.
    text : str
    """

    name: str
    text: str

    @classmethod
    def read(cls, path: Path) -> "Source":
        """Read a file. Raises :exc:`SpecError`."""
        return cls(str(path), read_source(path, "Verilog"))

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def refusal(self, rule: str) -> SpecError:
        """The error that this file breaks a rule."""
        return SpecError(f"Verilog {self.name} {rule}")

    def run(self, commands: Iterable[str], outputs: Iterable[str]) -> Mapping[str, str]:
        """Read the file with Yosys, run commands and return the files they wrote."""
        read = "read_verilog -sv" if self.name.endswith(".sv") else "read_verilog"
        script = "\n".join([f"{read} {_FILE}", *commands, ""])
        try:
            return run_yosys(script, {_FILE: self.text}, outputs, limit_s=LIMIT_S)
        except ToolFailure as failure:
            complaint = _complaint(failure)
            shutil.rmtree(failure.log.parent)
            raise self.refusal(complaint) from failure


def _complaint(failure: ToolFailure) -> str:
    """What Yosys has against the file."""
    if isinstance(failure.__cause__, subprocess.TimeoutExpired):
        return f"must be Verilog that Yosys is done with in {LIMIT_S:g} s, but it gave up"
    said = failure.log.read_text(encoding="utf-8", errors="replace")
    errors = re.findall(r"^(?:(\S+):(\d+)(?:\.\S*)?: )?ERROR: ?(.*)", said, re.M)
    if not errors:
        return "must be Verilog that Yosys reads, but it crashed"
    file, line, error = errors[-1]
    error = error.strip().rstrip(".!")
    missing = re.match(r"Module `\\?(\S+?)' referenced in module `\\?(\S+?)'", error)
    if missing:
        return f"must hold the module {missing[1]}, which {missing[2]} uses"
    place = f"line {line}: " if file == _FILE else ""
    return f"must be Verilog that Yosys reads, but {place}{error}"


def top_module(source: Source) -> str:
    """The one module that no other uses.

    Raises
    ------
    SpecError
        There is none, or there are several.
    """
    text = source.run(["write_rtlil modules.il"], ["modules.il"])["modules.il"]
    modules = re.findall(r"^module \\(\S+)", text, re.M)
    used = set(re.findall(r"^  cell \\(\S+) ", text, re.M))
    tops = [name for name in modules if name not in used]
    if not modules:
        raise source.refusal("must hold a module, but holds none")
    if len(tops) != 1:
        among = ", ".join(tops or modules)
        raise source.refusal(f"must have one module that no other uses, or --top, not {among}")
    top: str = tops[0]
    return top


def gates(source: Source, top: str) -> dict[str, Any]:
    """Flattened module as Yosys' JSON: simple gates of one bit, where it is combinational.

    The author's structure is kept: nothing is optimized, and what nothing reads is there, too.
    """
    commands = [
        f"hierarchy -check -top {top}",
        "proc -norom",
        "flatten -noscopeinfo",
        "tee -q -o check.txt check",  # before a conflict is resolved one way or the other
        "delete t:$print t:$check %u",  # messages of the author
        "techmap",
        "write_json gates.json",
    ]
    texts = source.run(commands, ["check.txt", "gates.json"])
    _check_drivers(source, texts["check.txt"])
    module: dict[str, Any] = json.loads(texts["gates.json"])["modules"][top]
    return module


def _check_drivers(source: Source, report: str) -> None:
    conflict = re.search(r"^Warning: .*conflicting.*\n((?:    .*\n)+)", report, re.M)
    if conflict:
        drivers = map(_driver, conflict[0].splitlines())
        among = " and ".join(dict.fromkeys(x for x in drivers if x))
        raise source.refusal(f"must drive every net once, not by {among} at a time")


def _driver(line: str) -> str:
    """A line of Yosys' report in a reader's words."""
    constant = re.search(r"constant \d+'(\S+) driver", line)
    if constant:
        return f"a constant {constant[1]}"
    port = re.match(r"    module input \\?(\S+)", line)
    if port:
        return f"port {port[1]}"
    cell = re.match(r"    port \S+ of cell \\?(\S+)", line)
    if cell is None:
        return ""
    if "$" not in cell[1]:
        return f"cell {cell[1]}"
    at = re.search(r":(\d+)\$", cell[1])
    return f"an expression (line {at[1]})" if at else "an expression"


def evaluated(
    source: Source, top: str, a: tuple[str, int], w: tuple[str, int], out: str, pairs: Sequence[Any]
) -> list[str]:
    """Products of some pairs as Yosys evaluates the source, before it maps it to gates.

    Parameters
    ----------
    source : Source
    top : str
    a, w : tuple of str and int
        Names and widths of the operands' ports.
    out : str
        Port of the product.
    pairs : sequence of pairs of int
        Raw codes of ``a`` and ``w``.

    Returns
    -------
    list of str
        Bits of the product, the most significant first: ``0``, ``1`` or ``x``.
    """
    commands = [f"hierarchy -check -top {top}", "proc -norom", "flatten -noscopeinfo"]
    commands += [
        f"tee -q -a products.txt eval -set {a[0]} {a[1]}'d{x} -set {w[0]} {w[1]}'d{y} -show {out}"
        for x, y in pairs
    ]
    text = source.run(commands, ["products.txt"])["products.txt"]
    found = re.findall(r"^Eval result: \S+ = (?:\d+'(\S+)|(-?\d+))\.$", text, re.M)
    return [bits or f"{int(number) & 0xFFFF_FFFF:032b}" for bits, number in found]  # 32 bits: 600
