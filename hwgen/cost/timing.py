"""Static timing of a mapped netlist, with slews, loads and a small wire model.

Wires: every sink of a net adds the capacitance of one small inverter's input for its wire
(about ten micrometres in a 130 nm process); wires have no resistance. An output port counts as
one sink with that input capacitance. Input ports switch at time 0 with the slew of an inverter
that drives four others. Where several arcs end at a pin the latest arrival and the slowest
slew count.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hwgen.cost.cell import Arc, Cell
from hwgen.cost.netlist import ONE, ZERO, Gate, Netlist
from hwgen.cost.table import Table
from hwgen.cost.technology import Technology

__all__ = ["Edges", "Timing", "analyze", "pin_load_pf"]

WIRE_LOADS_PER_SINK = 1.0  # in input capacitances of the smallest inverter


@dataclass(frozen=True)
class Edges:
    """A figure of the rising and of the falling edge."""

    rise: float
    fall: float

    @property
    def mean(self) -> float:
        """Mean of both."""
        return (self.rise + self.fall) / 2

    @property
    def worst(self) -> float:
        """Larger of both."""
        return max(self.rise, self.fall)


@dataclass(frozen=True)
class Timing:
    """Result of :func:`analyze`; dictionaries are by net.

    Parameters
    ----------
    loads_pf : dict of int to float
        Capacitance: pins and wire.
    slews_ns : dict of int to Edges
    arrivals_ns : dict of int to Edges
        Latest arrival; nets that only constants or nothing drive are absent.
    gate_delays_ns : dict of int to float
        Delay of the gate that drives the net: the mean over its arcs and both edges.
    delay_ns : float
        Of the worst path, the setup time of a flip-flop at its end included.
    """

    loads_pf: dict[int, float]
    slews_ns: dict[int, Edges]
    arrivals_ns: dict[int, Edges]
    gate_delays_ns: dict[int, float]
    delay_ns: float


def analyze(netlist: Netlist, technology: Technology) -> Timing:
    """Static timing of a netlist. Paths start at inputs and flip-flops and end at both."""
    loads = _loads(netlist, technology)
    slew = technology.reference_slew_ns
    start = Edges(slew, slew)
    slews = {ZERO: start, ONE: start}
    arrivals: dict[int, Edges] = {}
    delays: dict[int, float] = {}
    for nets in netlist.inputs.values():
        slews |= dict.fromkeys(nets, start)
        arrivals |= dict.fromkeys(nets, Edges(0.0, 0.0))
    for gate in netlist.flip_flops:
        for pin, net in gate.driven:
            launches = [a for a in gate.cell.pins[pin].arcs if a.kind.endswith("ing_edge")]
            _drive(net, launches, None, (slews, arrivals, delays), loads, start)
    for gate in netlist.gates:
        for pin, net in gate.driven:
            _drive(net, gate.cell.pins[pin].arcs, gate, (slews, arrivals, delays), loads, start)
    ends = [x for x in netlist.port_sinks if x in arrivals]
    worst = [arrivals[net].worst for net in ends]
    worst += [t for gate in netlist.flip_flops for t in _captures(gate, slews, arrivals, slew)]
    return Timing(loads, slews, arrivals, delays, max(worst, default=0.0))


_State = tuple[dict[int, Edges], dict[int, Edges], dict[int, float]]


def _drive(
    net: int,
    arcs: tuple[Arc, ...] | list[Arc],
    gate: Gate | None,
    state: _State,
    loads: dict[int, float],
    start: Edges,
) -> None:
    """Time a net from the arcs of its driver; a flip-flop (no gate) is clocked at time 0."""
    slews, arrivals, delays = state
    rises: list[tuple[float, float, float]] = []  # arrival, delay, slew
    falls: list[tuple[float, float, float]] = []
    for arc in arcs:
        source = gate.nets[arc.related] if gate else None
        slew = start if source is None else slews[source]
        arrival = Edges(0.0, 0.0) if source is None else arrivals.get(source)
        pairs = ((rises, arc.rise, arc.rise_slew, True), (falls, arc.fall, arc.fall_slew, False))
        for found, delay, transition, to_rise in pairs:
            for at, slew_ns in _causes(arc, slew, arrival, to_rise):
                if delay is not None:
                    time = delay.at(slew_ns, loads[net])
                    found.append((at + time, time, _slew(transition, slew_ns, loads[net])))
    slews[net] = Edges(*(max((x[2] for x in f), default=start.rise) for f in (rises, falls)))
    times = [x[1] for x in rises + falls]
    delays[net] = sum(times) / max(1, len(times))
    if rises or falls:
        late = [max((x[0] for x in f), default=0.0) for f in (rises, falls)]
        arrivals[net] = Edges(*late)


def _causes(
    arc: Arc, slew: Edges, arrival: Edges | None, to_rise: bool
) -> Iterator[tuple[float, float]]:
    """Arrival and slew of each input edge that causes the output edge."""
    if arrival is None:
        return  # a constant input never switches
    if arc.sense != ("negative_unate" if to_rise else "positive_unate"):
        yield arrival.rise, slew.rise
    if arc.sense != ("positive_unate" if to_rise else "negative_unate"):
        yield arrival.fall, slew.fall


def _slew(table: Table | None, slew_ns: float, load_pf: float) -> float:
    return slew_ns if table is None else max(0.0, table.at(slew_ns, load_pf))


def _captures(
    gate: Gate, slews: dict[int, Edges], arrivals: dict[int, Edges], clock_slew: float
) -> Iterator[float]:
    for pin, net in zip(gate.cell.inputs, gate.input_nets, strict=True):
        for arc in gate.cell.pins[pin].arcs:
            if arc.kind.startswith("setup") and net in arrivals:
                if arc.rise is not None:
                    yield arrivals[net].rise + arc.rise.at(slews[net].rise, clock_slew)
                if arc.fall is not None:
                    yield arrivals[net].fall + arc.fall.at(slews[net].fall, clock_slew)


def pin_load_pf(cell: Cell, pin: str, technology: Technology) -> float:
    """Capacitance of an input pin, with the wire to it."""
    return cell.pins[pin].capacitance_pf + WIRE_LOADS_PER_SINK * technology.unit_load_pf


def _loads(netlist: Netlist, technology: Technology) -> dict[int, float]:
    wire = WIRE_LOADS_PER_SINK * technology.unit_load_pf
    loads = {net: 0.0 for gate in netlist.gates + netlist.flip_flops for _, net in gate.driven}
    loads |= {net: 0.0 for nets in netlist.inputs.values() for net in nets}
    for net, sinks in netlist.sinks.items():
        pins = sum(gate.cell.pins[pin].capacitance_pf for gate, pin in sinks)
        loads[net] = pins + wire * len(sinks)
    for net, count in netlist.port_sinks.items():
        loads[net] = loads.get(net, 0.0) + count * (technology.unit_load_pf + wire)
    return loads
