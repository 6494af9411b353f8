"""From Yosys' JSON of a flat module to gates in order, or the reason why it has no table."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from hwgen.arith.netlist.gates import CONSTANTS, Gate
from hwgen.exchange.elaboration import Source

__all__ = ["LARGEST", "Logic", "clock_ports"]

LARGEST = 20_000  # gates; an exact 8 x 8 multiplier has about 500

_STATE = {
    "$_DLATCH": "a latch",
    "$_SR": "a latch",
    "$_DFF": "a flip-flop",
    "$_SDFF": "a flip-flop",
    "$_ALDFF": "a flip-flop",
    "$_FF": "a flip-flop",
    "$mem": "a memory",
}

Bit = int | str  # a net of Yosys, or a constant "0", "1", "x", "z"
Add = Callable[[str, int, int], int]


def _mux(add: Add, a: int, b: int, s: int) -> int:
    return add("|", add("&", a, add("~", s, s)), add("&", b, s))


def _xnor(add: Add, a: int, b: int) -> int:
    both = add("^", a, b)
    return add("~", both, both)


# Pins in this order, and what the cell is in our gates.
_CELLS: dict[str, tuple[str, Callable[..., int]]] = {
    "$_BUF_": ("A", lambda add, a: a),
    "$_NOT_": ("A", lambda add, a: add("~", a, a)),
    "$_AND_": ("AB", lambda add, a, b: add("&", a, b)),
    "$_OR_": ("AB", lambda add, a, b: add("|", a, b)),
    "$_XOR_": ("AB", lambda add, a, b: add("^", a, b)),
    "$_XNOR_": ("AB", _xnor),
    "$_MUX_": ("ABS", _mux),
}


class Logic:
    """Gates in an order in which none reads a later one.

    Nets are numbered as in :class:`hwgen.arith.netlist.netlist.Netlist`, but for one more input
    after the operands' bits: the unknown value, which stands for every ``x`` and ``z``.

    Parameters
    ----------
    source : Source
        For the refusals.
    module : dict
        What :func:`hwgen.exchange.elaboration.gates` returns.
    inputs : sequence of bits
        Of ``a`` and ``w``, least significant first.
    outputs : sequence of bits
        Of the product.

    Raises
    ------
    SpecError
        The module keeps state, has a loop, a box without content or a net without driver.
    """

    def __init__(
        self,
        source: Source,
        module: Mapping[str, Any],
        inputs: Sequence[Bit],
        outputs: Sequence[Bit],
    ) -> None:
        self._source, self._module = source, module
        self.unknown = CONSTANTS + len(inputs)
        self.gates: list[Gate] = []
        self._nets: dict[Bit, int] = {"0": 0, "1": 1, "x": self.unknown, "z": self.unknown}
        self._nets |= {bit: net for net, bit in enumerate(inputs, start=CONSTANTS)}
        self._cells = {_pin(cell, "Y"): cell for cell in self._checked_cells()}
        self._check_loops()
        for bit in outputs:
            self._visit(bit)
        self.outputs = tuple(self._nets[bit] for bit in outputs)

    @property
    def reads_unknown(self) -> bool:
        """Whether an ``x`` or a ``z`` is among the inputs of the gates or among the outputs."""
        read = (net for gate in self.gates for net in gate[1:])
        return self.unknown in self.outputs or self.unknown in read

    def _checked_cells(self) -> Iterator[Mapping[str, Any]]:
        for name, cell in self._module["cells"].items():
            kind = cell["type"]
            if kind not in _CELLS:
                what = next((x for start, x in _STATE.items() if kind.startswith(start)), None)
                what = what or f"{name}, a cell of the kind {kind}"
                raise self._source.refusal(f"must be combinational, not hold {what}{_place(cell)}")
            yield cell

    def _check_loops(self) -> None:
        """Refuse loops, those that no output depends on, too: the author meant something else."""
        reads = {
            bit: [_pin(cell, pin) for pin in _CELLS[cell["type"]][0]]
            for bit, cell in self._cells.items()
        }
        try:
            TopologicalSorter(reads).prepare()
        except CycleError as error:
            bit = error.args[1][0]
            raise self._source.refusal(
                f"must be combinational, not have a loop through {self._name(bit)}"
                f"{_place(self._cells[bit])}"
            ) from error

    def _visit(self, output: Bit) -> None:
        """Add the gates of ``output``, those that they read first."""
        waiting = [output]
        while waiting:
            bit = waiting[-1]
            if bit in self._nets:
                waiting.pop()
                continue
            if bit not in self._cells:
                raise self._source.refusal(
                    f"must drive every net, but nothing drives {self._name(bit)}"
                )
            cell = self._cells[bit]
            pins, gate = _CELLS[cell["type"]]
            bits = [_pin(cell, pin) for pin in pins]
            missing = [x for x in bits if x not in self._nets]
            if not missing:
                self._nets[bit] = gate(self._add, *(self._nets[x] for x in bits))
            waiting += missing

    def _add(self, kind: str, x: int, y: int) -> int:
        if len(self.gates) >= LARGEST:
            raise self._source.refusal(f"must need at most {LARGEST} gates, but needs more")
        self.gates.append(Gate(kind, x, y))
        return self.unknown + len(self.gates)

    def _name(self, bit: Bit) -> str:
        """Name of the net as the file has it, if it has one."""
        names = sorted(
            (net["hide_name"], len(net["bits"]), name, net["bits"].index(bit))
            for name, net in self._module["netnames"].items()
            if bit in net["bits"]
        )
        if not names:
            return f"net {bit}"
        _, width, name, at = names[0]
        return name if width == 1 else f"{name}[{at}]"


def _pin(cell: Mapping[str, Any], pin: str) -> Bit:
    bit: Bit = cell["connections"][pin][0]
    return bit


def _place(cell: Mapping[str, Any]) -> str:
    """Line of the file that a cell comes from."""
    start = cell["attributes"].get("src", "").partition("|")[0].rpartition(":")[2]
    line = start.partition(".")[0]
    return f" (line {line})" if line.isdigit() else ""


def clock_ports(module: Mapping[str, Any], ports: Iterable[str]) -> list[str]:
    """Those of the ports that are the clock or the enable of something that keeps state."""
    bits = {
        cell["connections"][pin][0]
        for cell in module["cells"].values()
        if cell["type"].startswith(tuple(_STATE))
        for pin in ("C", "E")
        if pin in cell["connections"]
    }
    return [port for port in ports if bits & set(module["ports"][port]["bits"])]
