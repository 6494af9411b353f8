"""Making netlists: gates that are folded as they are added, and the Verilog of the result."""

from collections.abc import Iterable
from dataclasses import replace

from hwgen.arith.netlist.gates import CONSTANTS, Gate
from hwgen.arith.netlist.netlist import Netlist
from hwgen.arith.operand import OperandKind

__all__ = ["GateBuilder", "array_multiplier", "substituted", "to_verilog"]


class GateBuilder:
    """Adds gates to a list, unless a constant, an input or an equal gate does as well.

    Parameters
    ----------
    inputs : int
        Bits of the operands and of the mode; their nets follow the two constants.
    """

    def __init__(self, inputs: int) -> None:
        self.first = CONSTANTS + inputs
        self.gates: list[Gate] = []
        self._known: dict[Gate, int] = {}

    def add(self, kind: str, x: int, y: int) -> int:
        """Net of the gate's output; ``y`` does not count for ``~``."""
        x, y = (x, x) if kind == "~" else (min(x, y), max(x, y))
        folded = self._folded(kind, x, y)
        if folded is not None:
            return folded
        gate = Gate(kind, x, y)
        if gate not in self._known:
            self._known[gate] = self.first + len(self.gates)
            self.gates.append(gate)
        return self._known[gate]

    def _folded(self, kind: str, x: int, y: int) -> int | None:
        """Net that equals the gate, if it is not a gate of its own; ``x <= y``."""
        if kind == "~":
            inner = self.gates[x - self.first] if x >= self.first else None
            if x < CONSTANTS:
                return 1 - x
            return inner.x if inner and inner.kind == "~" else None
        if x == y:
            return 0 if kind == "^" else x
        if x == 0:
            return 0 if kind == "&" else y
        if x == 1:
            return self.add("~", y, y) if kind == "^" else y if kind == "&" else 1
        if self._is_inverse(x, y):
            return 0 if kind == "&" else 1
        return None

    def _is_inverse(self, x: int, y: int) -> bool:
        return any(
            net >= self.first and self.gates[net - self.first] == Gate("~", other, other)
            for net, other in ((x, y), (y, x))
        )

    def full_adder(self, x: int, y: int, z: int) -> tuple[int, int]:
        """Nets of sum and carry."""
        half = self.add("^", x, y)
        carry = self.add("|", self.add("&", x, y), self.add("&", half, z))
        return self.add("^", half, z), carry

    def live(self, outputs: Iterable[int]) -> tuple[tuple[Gate, ...], tuple[int, ...]]:
        """Gates that outputs depend on, and the outputs, renumbered."""
        outputs = tuple(outputs)
        needed = set(outputs)
        for number in reversed(range(len(self.gates))):
            if self.first + number in needed:
                needed.update(self.gates[number][1:])
        renumbered = {net: net for net in range(self.first)}
        gates: list[Gate] = []
        for number, (kind, x, y) in enumerate(self.gates, start=self.first):
            if number in needed:
                renumbered[number] = self.first + len(gates)
                gates.append(Gate(kind, renumbered[x], renumbered[y]))
        return tuple(gates), tuple(renumbered[net] for net in outputs)


def array_multiplier(name: str, a_kind: OperandKind, w_kind: OperandKind) -> Netlist:
    """Exact multiplier of the fewest gates: ripple-carry rows (Baugh and Wooley's signs)."""
    builder = GateBuilder(a_kind.width + w_kind.width)
    width = a_kind.width + w_kind.width
    constant, total = 0, [0] * width
    for i in range(a_kind.width):
        row = [0] * width
        for j in range(w_kind.width):
            bit = builder.add("&", CONSTANTS + i, CONSTANTS + a_kind.width + j)
            is_sign = (
                a_kind.signed and i == a_kind.width - 1,
                w_kind.signed and j == w_kind.width - 1,
            )
            if is_sign[0] != is_sign[1]:  # -bit is ~bit - 1
                bit = builder.add("~", bit, bit)
                constant -= 1 << (i + j)
            row[i + j] = bit
        total = _added(builder, total, row)
    total = _added(builder, total, [(constant >> bit) & 1 for bit in range(width)])
    gates, outputs = builder.live(total)
    return Netlist(
        name=name,
        a_kind=a_kind,
        w_kind=w_kind,
        p_kind=OperandKind(width, a_kind.signed or w_kind.signed),
        gates=gates,
        outputs=outputs,
    )


def _added(builder: GateBuilder, x: list[int], y: list[int]) -> list[int]:
    carry, total = 0, []
    for bits in zip(x, y, strict=True):
        bit, carry = builder.full_adder(*bits, carry)
        total.append(bit)
    return total


def substituted(netlist: Netlist, old: int, new: int) -> Netlist:
    """The netlist with net ``new`` in place of the later net ``old``, folded and cleaned."""
    builder = GateBuilder(netlist.inputs)
    nets = list(range(builder.first))
    for number, (kind, x, y) in enumerate(netlist.gates, start=builder.first):
        nets.append(nets[new] if number == old else builder.add(kind, nets[x], nets[y]))
    gates, outputs = builder.live(nets[net] for net in netlist.outputs)
    return replace(netlist, gates=gates, outputs=outputs)


def to_verilog(netlist: Netlist, name: str) -> str:
    """Verilog of the netlist, in the subset that hwgen reads."""

    def port(direction: str, letter: str, kind: OperandKind) -> str:
        return f"{direction} {'signed ' * kind.signed}[{kind.width - 1}:0] {letter}"

    ports = [port("input", "a", netlist.a_kind), port("input", "w", netlist.w_kind)]
    if netlist.mode_width:
        mode = port("input", "mode", OperandKind(netlist.mode_width, False))
        ports.append(f'(* modes = "{" ".join(netlist.modes)}" *) {mode}')
    ports.append(port("output", "p", netlist.p_kind))
    nets = ["1'b0", "1'b1"]
    nets += [f"a[{bit}]" for bit in range(netlist.a_kind.width)]
    nets += [f"w[{bit}]" for bit in range(netlist.w_kind.width)]
    nets += [f"mode[{bit}]" for bit in range(netlist.mode_width)]
    lines = [f"module {name} ({', '.join(ports)});"]
    for number, (kind, x, y) in enumerate(netlist.gates):
        nets.append(f"n{number}")
        value = f"~{nets[x]}" if kind == "~" else f"{nets[x]} {kind} {nets[y]}"
        lines.append(f"  wire n{number} = {value};")
    lines += [f"  assign p[{bit}] = {nets[net]};" for bit, net in enumerate(netlist.outputs)]
    return "\n".join([*lines, "endmodule", ""])
