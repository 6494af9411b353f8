"""Area, delay and power of a mapped circuit, against OpenSTA and Yosys' ``stat``.

All read the same netlist and the same Liberty file. OpenSTA gets the capacitance of the wires of
our wire model and the slew of our input ports. OpenSTA 2.0, which Debian has, propagates
activities by probability and overrides those that it is told of nets inside a circuit; so it
prices one toggle of every gate, and both sides multiply the prices by the toggles that our
simulation counted. It prices switching as we do. The internal power of its gates differs, and
:mod:`hwgen.checks.weights` says how and why; here both sides use its weights, and ours are
stated beside.

Left out on both sides: the nets of input ports, which nothing in the circuit drives; internal
power of registers; leakage, for which both take the file's figure for a cell.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hwgen.checks.circuit import TOP, Circuit, uniform_sources
from hwgen.checks.gates import port_nets, structure
from hwgen.checks.weights import weighted_internal_pj
from hwgen.cost.activity import lanes_of, toggles
from hwgen.cost.energy import gate_internal_pj
from hwgen.cost.netlist import ONE
from hwgen.errors import ToolError
from hwgen.flow.tool import find_tool
from hwgen.flow.yosys import run_yosys

__all__ = ["Figures", "StaticTiming", "check_sta"]

DELAY_TOLERANCE = 0.02
POWER_TOLERANCE = 0.10
AREA_TOLERANCE = 1e-6  # figures of both are sums of decimal fractions
TIMEOUT_S = 300
LANES = 4096


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is compared; energies are per transition.

    Parameters
    ----------
    area_um2, delay_ns : float
    switching_pj : float
        Of the nets that gates and registers drive.
    internal_pj : float
        Inside the gates, with OpenSTA's weights.
    """

    area_um2: float
    delay_ns: float
    switching_pj: float
    internal_pj: float

    @property
    def energy_pj(self) -> float:
        """Switching and internal."""
        return self.switching_pj + self.internal_pj


@dataclass(frozen=True)
class StaticTiming:
    """Result of a comparison.

    Parameters
    ----------
    ours, theirs : Figures
        As hwgen and as the other tools have them.
    own_internal_pj : float
        Inside the gates, with our weights.
    """

    ours: Figures
    theirs: Figures
    own_internal_pj: float

    def difference(self, name: str) -> float:
        """Theirs relative to ours, less 1."""
        return _difference(getattr(self.ours, name), getattr(self.theirs, name))

    @property
    def own_difference(self) -> float:
        """Their internal energy relative to what we report, less 1; under no tolerance."""
        return _difference(self.own_internal_pj, self.theirs.internal_pj)

    @property
    def disagreements(self) -> list[str]:
        """Figures that differ by more than the tolerance."""
        limits = {
            "area_um2": AREA_TOLERANCE,
            "delay_ns": DELAY_TOLERANCE,
            "switching_pj": POWER_TOLERANCE,
            "internal_pj": POWER_TOLERANCE,
        }
        return [name for name, limit in limits.items() if abs(self.difference(name)) > limit]


def _difference(ours: float, theirs: float) -> float:
    return float(theirs / ours - 1) if ours else float(theirs != 0)


def check_sta(circuit: Circuit) -> StaticTiming:
    """Compare area, delay and energy of a circuit under uniform random operands."""
    sta = find_tool("sta")  # before the long work
    with tempfile.TemporaryDirectory(prefix="hwgen-sta-") as name:
        folder = Path(name)
        (folder / "netlist.v").write_text(structure(circuit.netlist, TOP), encoding="utf-8")
        (folder / "technology.lib").write_text(circuit.technology.text, encoding="latin-1")
        (folder / "commands.tcl").write_text("\n".join(_commands(circuit)), encoding="utf-8")
        (folder / "check.tcl").write_text(_SAFELY, encoding="utf-8")
        log = folder / "sta.log"
        sta.run(["-no_splash", "-exit", "check.tcl"], folder, log, TIMEOUT_S)
        paths = [log, folder / "slack.txt", folder / "power.txt"]
        texts = [x.read_text(errors="replace") if x.exists() else "" for x in paths]
    toggles = _gate_toggles(circuit)
    return StaticTiming(
        _ours(circuit, toggles), _theirs(circuit, toggles, *texts), _own_internal(circuit, toggles)
    )


_SAFELY = 'if {[catch {source commands.tcl} message]} {puts "failed: $message"; exit 1}\nexit\n'


def _period_ns(circuit: Circuit) -> float:
    return 2 * circuit.timing.delay_ns


def _commands(circuit: Circuit) -> Iterator[str]:
    netlist, slew = circuit.netlist, circuit.technology.reference_slew_ns
    inputs, outputs = port_nets(netlist)
    clocks = {x.nets[pin] for x in netlist.flip_flops for pin in x.cell.clock_pins}
    yield "read_liberty technology.lib\nread_verilog netlist.v"
    yield f"link_design {TOP}\nset_cmd_units -time ns -capacitance pF"
    source = "".join(f" [get_ports n{net}]" for net in clocks)
    yield f"create_clock -name clock -period {_period_ns(circuit):.6f}{source}"
    if clocks:
        yield f"set_clock_transition {slew:.8f} [get_clocks clock]"
    for net in inputs:
        if net not in clocks:
            yield f"set_input_delay 0 -clock clock [get_ports n{net}]"
            yield f"set_input_transition {slew:.8f} [get_ports n{net}]"
    for net in outputs:
        yield f"set_output_delay 0 -clock clock [get_ports n{net}]"
    for net, load in circuit.timing.loads_pf.items():
        if net > ONE and net not in clocks:
            pins = sum(x.cell.pins[p].capacitance_pf for x, p in netlist.sinks.get(net, ()))
            yield f"set_load {load - pins:.9f} [get_nets n{net}]"
    yield "report_worst_slack -digits 7 > slack.txt"
    yield "set_power_activity -global -activity 1 -duty 0.5"
    yield "report_power -instances [get_cells *] -digits 8 > power.txt"


def _gate_toggles(circuit: Circuit) -> list[float]:
    """Toggles of what every cell drives, per transition."""
    before, after = uniform_sources(circuit, LANES)
    counts = {
        net: sum(float(lanes_of(plane).sum()) * 2.0**k for k, plane in enumerate(planes))
        for net, planes in toggles(circuit.netlist, circuit.steps, before, after)
    }
    cells = circuit.netlist.gates + circuit.netlist.flip_flops
    return [max((counts.get(net, 0.0) for _, net in x.driven), default=0.0) / LANES for x in cells]


def _theirs(circuit: Circuit, toggles_of: list[float], log: str, slack: str, power: str) -> Figures:
    found = re.search(r"worst slack\s+(?:max\s+)?(\S+)", slack)
    rows = re.findall(r"^\s*(\S+)\s+(\S+)\s+\S+\s+\S+\s+g(\d+)\s*$", power, re.M)
    if found is None or len(rows) != len(toggles_of):
        said = (log.strip().splitlines() or ["it printed nothing"])[-1]
        raise ToolError(f"sta must report slack and power of {circuit.name}, but said: {said}")
    period = _period_ns(circuit)
    internal, switching = 0.0, 0.0
    for inside, outside, number in rows:
        rate = toggles_of[int(number)] * period * 1e3  # W in ns to pJ
        switching += float(outside) * rate
        if int(number) < len(circuit.netlist.gates):
            internal += float(inside) * rate
    return Figures(
        area_um2=_yosys_area(circuit),
        delay_ns=period - float(found[1]),
        switching_pj=switching,
        internal_pj=internal,
    )


def _yosys_area(circuit: Circuit) -> float:
    """OpenSTA 2.0 tells no areas; Yosys reads them from the Liberty file by itself."""
    script = "read_verilog netlist.v\ntee -q -o stat.txt stat -liberty technology.lib"
    inputs = {
        "netlist.v": structure(circuit.netlist, TOP),
        "technology.lib": circuit.technology.text,
    }
    text = run_yosys(script, inputs, ["stat.txt"])["stat.txt"]
    areas = re.findall(r"Chip area for .*: (\S+)", text)
    return float(areas[-1])


def _ours(circuit: Circuit, toggles_of: list[float]) -> Figures:
    netlist, timing = circuit.netlist, circuit.timing
    half = circuit.technology.voltage_v**2 / 2
    cells = zip(netlist.gates + netlist.flip_flops, toggles_of, strict=True)
    gates = zip(netlist.gates, toggles_of, strict=False)
    return Figures(
        area_um2=netlist.area_um2,
        delay_ns=timing.delay_ns,
        switching_pj=sum(
            rate * timing.loads_pf[net] * half for cell, rate in cells for _, net in cell.driven
        ),
        internal_pj=sum(rate * weighted_internal_pj(gate, timing) for gate, rate in gates),
    )


def _own_internal(circuit: Circuit, toggles_of: list[float]) -> float:
    timing = circuit.timing
    gates = zip(circuit.netlist.gates, toggles_of, strict=False)
    return sum(rate * gate_internal_pj(gate, timing) for gate, rate in gates)
