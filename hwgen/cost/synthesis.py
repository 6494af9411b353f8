"""Mapping circuits to a technology with Yosys."""

from typing import Literal

from hwgen.cost.netlist import Netlist, parse_netlist
from hwgen.cost.technology import Technology
from hwgen.flow.data import data_path
from hwgen.flow.yosys import run_yosys

__all__ = ["flow_files", "synthesize"]

_READ = {"verilog": "read_verilog -sv", "rtlil": "read_rtlil"}


def synthesize(
    text: str,
    top: str,
    technology: Technology,
    language: Literal["verilog", "rtlil"] = "verilog",
) -> Netlist:
    """Flatten a design and map it to the cells of a technology.

    Every design gets a run of Yosys for itself. Several in one run would save 0.3 s each, but
    Yosys breaks ties by how many names it has seen: a design's netlist would depend on those
    before it, by some percent of its area.

    Parameters
    ----------
    text : str
        All modules of the design.
    top : str
        The top one.
    technology : Technology
    language : str
        Of the text.
    """
    script = data_path("flows/asic/synth.ys").read_text(encoding="utf-8")
    commands = script.format(read=_READ[language], top=top)
    inputs = flow_files(technology) | {"design": text}
    done = run_yosys(commands, inputs, ["netlist.json"])
    return parse_netlist(done["netlist.json"], top, technology)


def flow_files(technology: Technology) -> dict[str, str]:
    """Files that the synthesis scripts read, by name."""
    mapping = data_path("flows/asic/map.abc").read_text(encoding="utf-8")
    return {"technology.lib": technology.mapping_liberty, "map.abc": mapping}
