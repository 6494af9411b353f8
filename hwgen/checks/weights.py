"""How OpenSTA 2.0 weighs a cell's internal power, on our tables, slews and loads.

It differs from :mod:`hwgen.cost.energy` in two ways. A toggle costs the sum of the energies of
the rising and the falling edge, where Liberty states the energy of each edge, so ours take the
mean (later versions of OpenSTA do, too). And the energies of the input pins that can cause a
toggle are added with weights of its own, which need not sum to 1: where the function is an
operator with the pin on one side, the probability that the other side lets it through, else a
half; ours is their mean. Every input is 1 half of the time and toggles as often as the output.
"""

from hwgen.cost.cell import Power
from hwgen.cost.function import Function
from hwgen.cost.netlist import Gate
from hwgen.cost.timing import Edges, Timing

__all__ = ["weighted_internal_pj"]

_ONE = Function("constant", (1,))


def weighted_internal_pj(gate: Gate, timing: Timing) -> float:
    """Energy inside a gate when its output and all its inputs toggle once."""
    energy = 0.0
    for pin, net in gate.driven:
        for power in gate.cell.pins[pin].powers:
            for related in power.related:
                slews = timing.slews_ns[gate.nets[related]]
                share = _share(gate.cell.functions[pin], related, power)
                energy += share * _both_edges(power, slews, timing.loads_pf[net])
    for pin, net in zip(gate.cell.inputs, gate.input_nets, strict=True):
        for power in gate.cell.pins[pin].powers:
            share = 0.5 if power.when is None else _probability(power.when)
            energy += share * _both_edges(power, timing.slews_ns[net], 0.0)
    return energy


def _both_edges(power: Power, slews: Edges, load_pf: float) -> float:
    rise = power.rise.at(slews.rise, load_pf) if power.rise else 0.0
    fall = power.fall.at(slews.fall, load_pf) if power.fall else 0.0
    return rise + fall


def _share(function: Function, related: str, power: Power) -> float:
    if power.when is not None:
        return _probability(power.when)
    condition = _lets_through(function, related)
    return 0.5 if condition is None else _probability(condition)


def _lets_through(function: Function, pin: str) -> Function | None:
    """When a function follows a pin, for the forms that OpenSTA 2.0 tells it of."""
    if function.operator == "pin":
        return _ONE if function.operands[0] == pin else None
    if function.operator == "!":
        return _lets_through(function.operands[0], pin)
    if function.operator == "constant":
        return None
    left, right = function.operands
    other = right if _is_pin(left, pin) else left if _is_pin(right, pin) else None
    if other is None or function.operator == "&":
        return other
    return Function("!", (other,))


def _is_pin(function: Function, pin: str) -> bool:
    if function.operator == "!":
        return _is_pin(function.operands[0], pin) and function.operands[0].operator == "pin"
    return function.operator == "pin" and function.operands[0] == pin


def _probability(function: Function) -> float:
    """Of being 1, with inputs that are so half of the time, all independent."""
    if function.operator == "pin":
        return 0.5
    if function.operator == "constant":
        return float(function.operands[0])
    p, *rest = (_probability(x) for x in function.operands)
    if function.operator == "!":
        return 1 - p
    (q,) = rest
    if function.operator == "&":
        return p * q
    return 1 - (1 - p) * (1 - q) if function.operator == "|" else p + q - 2 * p * q
