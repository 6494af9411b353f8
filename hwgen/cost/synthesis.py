"""Mapping circuits to a technology with Yosys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hwgen.cost.netlist import Netlist, parse_netlist
from hwgen.cost.technology import Technology
from hwgen.flow.data import data_path
from hwgen.flow.yosys import run_yosys

__all__ = ["Source", "flow_files", "synthesize", "synthesize_all"]

_READ = {"verilog": "read_verilog -sv", "rtlil": "read_rtlil"}


@dataclass(frozen=True)
class Source:
    """A design: its text, all its modules in one, and its top module."""

    text: str
    top: str
    language: Literal["verilog", "rtlil"] = "verilog"


def synthesize(verilog_text: str, top: str, technology: Technology) -> Netlist:
    """Flatten a Verilog design and map it to the cells of a technology."""
    return synthesize_all([Source(verilog_text, top)], technology)[0]


def synthesize_all(sources: Sequence[Source], technology: Technology) -> list[Netlist]:
    """Flatten and map several designs in one run of Yosys."""
    script = data_path("flows/asic/synth.ys").read_text(encoding="utf-8")
    inputs = flow_files(technology)
    outputs, commands = [], []
    for number, source in enumerate(sources):
        inputs[f"design{number}"] = source.text
        outputs.append(f"netlist{number}.json")
        commands.append(
            script.format(
                read=_READ[source.language],
                file=f"design{number}",
                top=source.top,
                output=outputs[-1],
            )
        )
    texts = run_yosys("".join(commands), inputs, outputs)
    return [
        parse_netlist(texts[name], source.top, technology)
        for name, source in zip(outputs, sources, strict=True)
    ]


def flow_files(technology: Technology) -> dict[str, str]:
    """Files that the synthesis scripts read, by name."""
    mapping = data_path("flows/asic/map.abc").read_text(encoding="utf-8")
    return {"technology.lib": technology.mapping_liberty, "map.abc": mapping}
