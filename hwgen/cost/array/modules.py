"""What the modules of an accelerator's datapath are for."""

import re

from hwgen.cost.netlist import Gate, Netlist
from hwgen.cost.parts import parts_of

__all__ = ["MULTIPLIERS", "PE_PARTS", "group_of", "parts_in"]

MULTIPLIERS = "multipliers"
PE_PARTS = (
    MULTIPLIERS,
    "multiplier pipeline",
    "weight registers",
    "mode bits",
    "activation registers",
    "adders",
    "sum registers",
    "element control",
)
_GROUPS = (
    (r"pe(_\d+)?|multiplier(_\d+)?|pe_row.*|pe_grid.*|systolic_array", "element control"),
    (r"activation_skew|activation_delay_\d+|array_front", "skew"),
    (r"edge_row.*", "edge transform"),
    (r"sum_element", "sum of activations"),
    (r"variate_element", "sum of x"),
    (r"sum_columns", "sum columns, delay"),
    (r"diagonal_lanes|lane_delay", "diagonal lanes"),
    (r"tiles", "tile isolation"),
    (r"clock_gate", "clock gates"),
    (r"weight_loader", "weight loader"),
    (r"range_modes.*|modes", "range comparators"),
    (r"accumulator_of_sums.*|sum_lane.*", "accumulators of sums"),
    (r"accumulator_of_variates", "accumulators of sums"),
    (r"accumulator|memory_accumulators.*", "accumulators"),
    (r"mac_plus|own_sums", "MAC+"),
    (r"column_lane", "column control"),
    (r"scaler|requantizer", "requantizers"),
    (r".*", "alignment and writing"),
)
_INSIDE = {  # the first one counts
    "\\mac.": "MAC+",
    "\\accumulator.": "accumulators",
    "\\own.variates.": "accumulators of sums",
    "\\own.": "MAC+",
}
_REGISTERS = (
    ("total_south", "sum registers"),
    ("a_east", "activation registers"),
    ("valid_east", "element control"),
    ("swap_east", "element control"),
    ("diagonal_east", "element control"),
)


def group_of(module: str) -> str:
    """Part of the accelerator that a module's own cells belong to."""
    return next(group for pattern, group in _GROUPS if re.fullmatch(pattern, module))


def parts_in(module: str, netlist: Netlist, weight_width: int) -> dict[str, str]:
    """Part of every cell of a module, with all modules inside.

    Parameters
    ----------
    module : str
    netlist : Netlist
        Flattened: cells of modules inside are named so.
    weight_width : int
        Bits of a weight's code; above them are those of its mode.
    """
    if re.fullmatch(r"pe(_\d+)?", module):
        return _pe_parts(netlist, weight_width)
    inside = _INSIDE if module in ("column_lane", "scaler") else {}
    return {
        gate.name: next((y for x, y in inside.items() if x in gate.name), group_of(module))
        for gate in (*netlist.gates, *netlist.flip_flops)
    }


def _pe_parts(netlist: Netlist, weight_width: int) -> dict[str, str]:
    """Part of every cell of a processing element."""

    def named(gate: Gate) -> str | None:
        if "product." in gate.name:
            return MULTIPLIERS if gate.cell.clock_pins == frozenset() else "multiplier pipeline"
        return _register(gate, weight_width) if gate.cell.clock_pins else None

    found = parts_of(netlist, named, "element control")
    for gate in netlist.gates:
        if found[gate.name] == "sum registers":
            found[gate.name] = "adders"
    return found


def _register(gate: Gate, weight_width: int) -> str:
    for name in gate.registers:
        called, _, place = name.rpartition(".")
        if called in ("shadow", "active"):
            return "mode bits" if int(place) >= weight_width else "weight registers"
        for prefix, part in _REGISTERS:
            if called == prefix:
                return part
    return "element control"
