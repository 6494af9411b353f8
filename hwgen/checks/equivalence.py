"""A mapped circuit, proven equivalent to the RTL that it was made from.

Yosys proves it by SAT. The RTL is what Amaranth wrote; the other side is the netlist that is
priced, its cells replaced by the functions that our reader found in the Liberty file. Registers
are cut: what they hold becomes inputs, what they store next outputs, on both sides, register by
register under the name that the RTL gives it. Equal next states and outputs for equal states
are the step of an induction over time; that one cycle of reset puts the RTL into one state,
whatever it was in before, is its base. In front of ``sat``, ABC sweeps the two circuits: it
merges nodes that its own SAT solver proves equal, without which a proof takes a minute.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hwgen.checks.circuit import TOP, Circuit
from hwgen.checks.gates import net_name, structure
from hwgen.cost.cache import recall, remember
from hwgen.cost.netlist import Gate, Netlist
from hwgen.flow.data import data_path
from hwgen.flow.yosys import run_yosys, yosys_version

__all__ = ["Proof", "prove_equivalence"]

LIMIT_S = 600.0
CLOCK, RESET = "clk", "rst"  # Amaranth's names


@dataclass(frozen=True)
class Proof:
    """Result of a proof.

    Parameters
    ----------
    registers : int
        Bits of state whose next values were proven.
    reason : str
        Why there is none; empty when the circuits are equivalent.
    """

    registers: int
    reason: str

    @property
    def is_equivalent(self) -> bool:
        """Whether it was proven."""
        return not self.reason


def prove_equivalence(circuit: Circuit) -> Proof:
    """Prove a circuit's netlist equivalent to its RTL; once, as proofs are remembered."""
    key = _key(circuit)
    kept = recall(key)
    if kept is not None and kept.isdecimal():
        return Proof(int(kept), "")
    proof = _prove(circuit)
    if proof.is_equivalent:
        remember(key, str(proof.registers))
    return proof


def _key(circuit: Circuit) -> str:
    """Digest of all that a proof depends on."""
    scripts = [f"flows/checks/{name}" for name in ("cut.ys", "prove.ys", "sweep.abc")]
    files = [Path(__file__), *map(data_path, scripts)]
    parts = ["proof", yosys_version(), circuit.technology.digest, circuit.rtlil]
    parts += [structure(circuit.netlist, TOP), str(circuit.netlist.outputs)]
    parts += [str(gate.registers) for gate in circuit.netlist.flip_flops]
    parts += [path.read_text(encoding="utf-8") for path in files]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _prove(circuit: Circuit) -> Proof:
    rtl, ports = _cut(circuit.rtlil)
    registers = {x.replace(".q", "", 1) for x in ports if _is_cut(x, "q")}
    held = {
        gate.name: next((x for x in gate.registers if x in registers), "")
        for gate in circuit.netlist.flip_flops
    }
    for gate in circuit.netlist.flip_flops:
        if not held[gate.name] or not _is_plain(gate, circuit.netlist):
            return Proof(0, f"flip-flop {gate.name} is no register of the RTL, on its clock")
    kept = [x for x in ports if not _is_cut(x, "d") or x.replace(".d", "", 1) in held.values()]
    script = data_path("flows/checks/prove.ys").read_text(encoding="utf-8")
    inputs = {
        "rtl.il": rtl,
        "netlist.v": _verilog(circuit.netlist, {x: ports[x] for x in kept}, held),
        "sweep.abc": data_path("flows/checks/sweep.abc").read_text(encoding="utf-8"),
    }
    states = [_cut_name(x, "d") for x in held.values()]
    commands = script.format(
        unproven=" ".join(f"rtl/w:{x}" for x in ports.keys() - set(kept)) or "rtl/w:none",
        reset=" ".join([f"-set {RESET} 1", *(f"-prove {x} 0" for x in states)]) if states else "",
    )
    done = run_yosys(commands, inputs, ["reset.txt", "proof.txt"], limit_s=LIMIT_S)
    if states and not _is_proven(done["reset.txt"]):
        return Proof(0, "reset does not bring every register to 0")
    if not _is_proven(done["proof.txt"]):
        return Proof(0, f"they differ: {_example(done['proof.txt'])}")
    return Proof(len(states), "")


def _cut(rtlil: str) -> tuple[str, dict[str, str]]:
    """The RTL with its registers cut, and the direction of every port, each of one bit."""
    script = data_path("flows/checks/cut.ys").read_text(encoding="utf-8").format(top=TOP)
    done = run_yosys(script, {"design.il": rtlil}, ["rtl.il", "rtl.json"], limit_s=LIMIT_S)
    ports = json.loads(done["rtl.json"])["modules"]["rtl"]["ports"]
    return done["rtl.il"], {name: port["direction"] for name, port in ports.items()}


def _is_cut(port: str, what: str) -> bool:
    return re.fullmatch(rf".+\.{what}(\.\d+)?", port) is not None


def _cut_name(register: str, what: str) -> str:
    """Port of a register's bit: ``active.3`` becomes ``active.d.3``."""
    name, dot, place = register.partition(".")
    return f"{name}.{what}{dot}{place}"


def _is_plain(gate: Gate, netlist: Netlist) -> bool:
    """Whether a flip-flop takes its next state at each rising edge of the clock."""
    (group,) = gate.cell.group.all("ff")
    pin = group.simple["clocked_on"]
    if netlist.inputs.get(CLOCK) != (gate.nets.get(pin),):
        return False
    tied = {x: net for x, net in gate.nets.items() if net <= 1}
    return not any(gate.cell.is_active(x, tied) for x in ("clear", "preset"))


def _verilog(netlist: Netlist, ports: dict[str, str], held: dict[str, str]) -> str:
    """The cells' functions between the ports of the RTL."""
    lines = [f"module netlist({', '.join(_escaped(x) for x in ports)});"]
    lines += [f"{direction} {_escaped(x)};" for x, direction in ports.items()]
    for name, net in _bits(netlist.inputs):
        if name in ports:
            lines.append(f"wire n{net} = {_escaped(name)};")
    states = {gate.name: _state_names(gate, held[gate.name]) for gate in netlist.flip_flops}
    for gate in netlist.flip_flops:
        lines += _wires(gate, states[gate.name])
    for gate in netlist.gates:
        lines += _wires(gate, _pin_names(gate))
    for gate in netlist.flip_flops:
        stored = gate.cell.next_state.to_verilog(_pin_names(gate) | states[gate.name])
        lines.append(f"assign {_escaped(_cut_name(held[gate.name], 'd'))} = {stored};")
    for name, net in _bits(netlist.outputs):
        lines.append(f"assign {_escaped(name)} = {net_name(net)};")
    return "\n".join([*lines, "endmodule\n"])


def _bits(ports: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[str, int]]:
    """Net of every bit of the ports, named as the RTL's."""
    for port, nets in ports.items():
        for place, net in enumerate(nets):
            yield f"{port}.{place}" if len(nets) > 1 else port, net


def _wires(gate: Gate, names: dict[str, str]) -> Iterator[str]:
    for pin, net in gate.driven:
        yield f"wire n{net} = {gate.cell.functions[pin].to_verilog(names)};"


def _pin_names(gate: Gate) -> dict[str, str]:
    return {pin: net_name(net) for pin, net in gate.nets.items()}


def _state_names(gate: Gate, register: str) -> dict[str, str]:
    state, inverse = gate.cell.state_names
    q = _escaped(_cut_name(register, "q"))
    return {state: q, inverse: f"(~{q})"}


def _escaped(name: str) -> str:
    return f"\\{name} "


def _is_proven(log: str) -> bool:
    return "no model found: SUCCESS!" in log


def _example(log: str) -> str:
    """Inputs for which the circuits differ, as ``sat`` lists them; else its last line."""
    rows = re.findall(r"^\s*\\in_(\S+)\s+\S+\s+\S+\s+([01x]+)\s*$", log, re.M)
    return " ".join(f"{name}={bit}" for name, bit in rows) or log.strip().splitlines()[-1].strip()
