"""Toggle counts per net, against Icarus Verilog on the same gates and the same delays."""

import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.checks.circuit import Circuit, uniform_sources
from hwgen.cost.activity import lanes_of, pack, toggles
from hwgen.cost.netlist import Netlist
from hwgen.flow.tool import find_tool

__all__ = ["Toggles", "check_toggles", "compare_toggles"]

TRANSITIONS = 1024

Sources = dict[int, NDArray[np.uint8]]  # net -> its value in every state of the sequence


@dataclass(frozen=True)
class Toggles:
    """Result of a comparison.

    Parameters
    ----------
    transitions : int
        Changes of the operands.
    ours, theirs : dict of int to int
        Toggles of every net that toggles, as hwgen and as Icarus counts them.
    """

    transitions: int
    ours: dict[int, int]
    theirs: dict[int, int]

    @property
    def different(self) -> list[int]:
        """Nets whose counts differ."""
        nets = sorted(self.ours.keys() | self.theirs.keys())
        return [net for net in nets if self.ours.get(net, 0) != self.theirs.get(net, 0)]


def check_toggles(circuit: Circuit, transitions: int = TRANSITIONS) -> Toggles:
    """Compare a circuit's toggle counts while one uniform random operand pair follows another.

    The values of a processing element's registers are those that they hold in a stream; they
    drive the gates as the ports do.
    """
    _, after = uniform_sources(circuit, transitions + 1)
    states = {net: lanes_of(words)[: transitions + 1] for net, words in after.items()}
    return compare_toggles(circuit.netlist, circuit.steps, states)


def compare_toggles(netlist: Netlist, steps: dict[int, int], states: Sources) -> Toggles:
    """Compare the counts of both simulators while sources go through a sequence of states."""
    lanes = len(next(iter(states.values()))) - 1
    before, after = (
        {net: pack(bits[part].astype(bool)) for net, bits in states.items()}
        for part in (slice(None, -1), slice(1, None))
    )
    ours = {
        net: sum(int(lanes_of(plane)[:lanes].sum()) << k for k, plane in enumerate(planes))
        for net, planes in toggles(netlist, steps, before, after)
    }
    return Toggles(lanes, ours, _icarus(netlist, steps, states))


def _icarus(netlist: Netlist, steps: dict[int, int], states: Sources) -> dict[int, int]:
    with tempfile.TemporaryDirectory(prefix="hwgen-toggles-") as name:
        folder = Path(name)
        (folder / "bench.v").write_text(_bench(netlist, steps, states), encoding="utf-8")
        for tool, arguments in (
            ("iverilog", ["-g2012", "-o", "bench.vvp", "bench.v"]),
            ("vvp", ["bench.vvp"]),
        ):
            find_tool(tool).run(arguments, cwd=folder, log=folder / f"{tool}.log")
        return _counts((folder / "bench.vcd").read_text(encoding="utf-8"))


def _bench(netlist: Netlist, steps: dict[int, int], states: Sources) -> str:
    """Verilog of the gates with their delays, fed with one state after another.

    An assignment that is delayed by its right side lets every pulse through: transport delay.
    """
    order = list(states)
    driven = [net for gate in netlist.gates for _, net in gate.driven]
    lines = ["module bench;", *(f"reg n{net};" for net in [*order, *driven])]
    for gate in netlist.gates:
        pins = {pin: _name(gate.nets[pin]) for pin in gate.cell.inputs}
        for pin, net in gate.driven:
            text = gate.cell.functions[pin].to_verilog(pins)
            lines.append(f"always @* n{net} <= #{steps[net]} {text};")
    settle = 1 + _longest(netlist, steps)
    sources = ", ".join(f"n{net}" for net in order)
    lines += ["initial begin", '$dumpfile("bench.vcd");']
    for number, bits in enumerate(zip(*states.values(), strict=True)):
        lines.append(f"{{{sources}}} = {len(order)}'b{_digits(bits)}; #{settle};")
        if number == 0:  # X leaves, and what follows is counted
            lines.append("$dumpvars(0, bench); #1;")
    return "\n".join([*lines, "$finish;", "end", "endmodule"])


def _longest(netlist: Netlist, steps: dict[int, int]) -> int:
    """Steps after which nothing moves any more."""
    arrivals: dict[int, int] = {}
    for gate in netlist.gates:
        late = max((arrivals.get(net, 0) for net in gate.input_nets), default=0)
        arrivals |= {net: late + steps[net] for _, net in gate.driven}
    return max(arrivals.values(), default=0)


def _counts(dump: str) -> dict[int, int]:
    """Changes of every net in a value change dump, after its first values."""
    names = dict(re.findall(r"\$var reg 1 (\S+) n(\d+) \$end", dump))
    _, _, changes = dump.split("$dumpvars", 1)[1].partition("$end")
    found = Counter(re.findall(r"^[01xz](\S+)$", changes, re.M))
    return {int(names[code]): count for code, count in found.items()}


def _name(net: int) -> str:
    return f"n{net}" if net > 1 else f"1'b{net}"


def _digits(bits: Iterable[int]) -> str:
    return "".join(str(bit) for bit in bits)
