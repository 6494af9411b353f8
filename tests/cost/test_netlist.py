import json

import pytest

from hwgen.cost.netlist import ONE, ZERO, parse_netlist
from hwgen.cost.synthesis import synthesize
from hwgen.errors import SpecError

ADDER = "module adder(input [3:0] a, b, output [4:0] y); assign y = a + b; endmodule"
COUNTER = """
module counter(input clk, rst, output reg [3:0] n);
  always @(posedge clk) n <= rst ? 4'd0 : n + 4'd1;
endmodule
"""


def described(cells, ports):
    """Yosys JSON of a module of cells, each a kind and its nets by pin."""
    return json.dumps(
        {
            "modules": {
                "m": {
                    "ports": {
                        name: {"direction": direction, "bits": bits}
                        for name, (direction, bits) in ports.items()
                    },
                    "cells": {
                        name: {
                            "type": kind,
                            "connections": {pin: [net] for pin, net in nets.items()},
                        }
                        for name, (kind, nets) in cells.items()
                    },
                }
            }
        }
    )


def test_every_gate_comes_after_its_drivers(generic):
    netlist = synthesize(ADDER, "adder", generic)
    known = {net for nets in netlist.inputs.values() for net in nets} | {ZERO, ONE}
    for gate in netlist.gates:
        assert set(gate.input_nets) <= known
        known |= {net for _, net in gate.driven}
    assert set(netlist.outputs["y"]) <= known


def test_flip_flops_are_apart(generic):
    counter = synthesize(COUNTER, "counter", generic)
    assert len(counter.flip_flops) == 4
    flip_flop = generic.flip_flops["DFF_X1"]
    gates = sum(gate.cell.area_um2 for gate in counter.gates)
    assert counter.area_um2 == pytest.approx(gates + 4 * flip_flop.area_um2)


def test_constants_are_nets_0_and_1(generic):
    text = described({}, {"y": ("output", ["0", "1", "x"])})
    assert parse_netlist(text, "m", generic).outputs == {"y": (ZERO, ONE, ZERO)}


def test_a_combinational_loop_is_refused(generic):
    cells = {
        "one": ("NAND2_X1", {"A": 2, "B": 4, "Y": 3}),
        "two": ("INV_X1", {"A": 3, "Y": 4}),
    }
    with pytest.raises(
        SpecError, match=r"^circuit m must be free of combinational loops, but has one$"
    ):
        parse_netlist(described(cells, {"a": ("input", [2])}), "m", generic)


def test_a_cell_of_elsewhere_is_refused(generic):
    text = described({"ram": ("memory", {"A": 2})}, {"a": ("input", [2])})
    with pytest.raises(
        SpecError, match=r"^circuit m must map to cells of hwgen_generic, not memory$"
    ):
        parse_netlist(text, "m", generic)
