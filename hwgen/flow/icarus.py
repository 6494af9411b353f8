"""Simulating with Icarus Verilog."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cocotb_tools.runner import get_runner

from hwgen.errors import ToolError
from hwgen.flow.tool import find_tool, last_line

__all__ = ["PLUSARGS", "build", "version"]

PLUSARGS: tuple[str, ...] = ()


def version() -> str:
    """Name and version."""
    return find_tool("iverilog").version()


def build(verilog: Path, folder: Path, top: str, visible: Mapping[str, Sequence[str]]) -> None:
    """Compile Verilog into ``folder``. Benches see every signal."""
    del visible
    find_tool("iverilog")
    find_tool("vvp")
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "build.log"
    try:
        get_runner("icarus").build(
            sources=[verilog.resolve()],
            hdl_toplevel=top,
            build_dir=folder,
            timescale=("1ns", "1ps"),
            log_file=log,
            always=True,
        )
    except (SystemExit, RuntimeError) as error:
        raise ToolError(f"iverilog refused {verilog}: {last_line(log)}") from error
