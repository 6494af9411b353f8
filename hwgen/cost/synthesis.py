"""Mapping circuits to a technology with Yosys."""

import hashlib
from typing import Literal

from hwgen.cost.cache import recall, remember
from hwgen.cost.netlist import Netlist, condense, parse_netlist
from hwgen.cost.technology import Technology
from hwgen.flow.data import data_path
from hwgen.flow.yosys import run_yosys, yosys_version

__all__ = ["flow_files", "synthesize"]

_READ = {"verilog": "read_verilog -sv", "rtlil": "read_rtlil"}


def synthesize(
    text: str,
    top: str,
    technology: Technology,
    language: Literal["verilog", "rtlil"] = "verilog",
) -> Netlist:
    """Flatten a design and map it to the cells of a technology; once, as netlists are cached.

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
    parts = ["netlist", yosys_version(), commands, *inputs.values()]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    kept = _recall(key, top, technology)
    if kept is not None:
        return kept
    done = run_yosys(commands, inputs, ["netlist.json", "names.json"])
    made = condense(done["netlist.json"], done["names.json"], top, technology)
    netlist = parse_netlist(made, top, technology)
    remember(key, made)
    return netlist


def flow_files(technology: Technology) -> dict[str, str]:
    """Files that the synthesis scripts read, by name."""
    mapping = data_path("flows/asic/map.abc").read_text(encoding="utf-8")
    return {"technology.lib": technology.mapping_liberty, "map.abc": mapping}


def _recall(key: str, top: str, technology: Technology) -> Netlist | None:
    """Netlist under a key; what is damaged is none: it is made and written again."""
    text = recall(key)
    try:
        netlist = None if text is None else parse_netlist(text, top, technology)
        if netlist is None or not netlist.outputs:
            return None
        _ = netlist.sinks  # fails where a pin has no net
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return None
    return netlist
