"""Splitting a netlist's area and energy loses nothing, and puts it where it belongs."""

import numpy as np
import pytest
from amaranth.back import rtlil

from hwgen.arith.catalogue import find
from hwgen.array.pe import ProcessingElement
from hwgen.cost.array.modules import parts_in
from hwgen.cost.clock import clock_pin_pj
from hwgen.cost.energy import (
    clock_energy_pj,
    delay_steps,
    input_words,
    source_energies_pj,
    toggle_prices_pj,
)
from hwgen.cost.hierarchy import map_design
from hwgen.cost.parts import PartedNetlist, parts_of
from hwgen.cost.sequential import run_cycles
from hwgen.cost.synthesis import synthesize
from hwgen.cost.timing import analyze
from hwgen.verilog import to_verilog

TWO = """
module two(input clk, e, input a, b, output reg p, q);
  always @(posedge clk) begin p <= e ? a : p; q <= e ? b & a : q; end
endmodule
"""
FIFO = """
module memory_words(input clk, input [3:0] address, input [7:0] d, output reg [7:0] q);
  reg [7:0] mem [15:0];
  always @(posedge clk) begin mem[address] <= d; q <= mem[address]; end
endmodule
module inner(input clk, input [7:0] d, output reg [7:0] sum);
  wire [7:0] q;
  memory_words words(clk, sum[3:0], d, q);
  always @(posedge clk) sum <= q + d;
endmodule
module top(input clk, input [7:0] d, output [7:0] y);
  inner only(clk, d, y);
endmodule
"""


@pytest.fixture(scope="module")
def element(generic):
    """Netlist of an element with modes, and random cycles of its ports."""
    pe = ProcessingElement(find("scalable_t5"), rows=4, diagonal=True)
    design = map_design(to_verilog(pe, "pe"), "pe", generic)
    rng = np.random.default_rng(0)
    widths = {"a": 8, "valid": 1, "swap": 1, "weight": 10, "load": 1, "total": 18, "diagonal": 1}
    cycles = [
        {name: rng.integers(0, 1 << width, 100) for name, width in widths.items()} for _ in range(6)
    ]
    return pe, design.netlists(["pe"])["pe"], cycles


def test_parts_add_up(element, generic):
    _, netlist, cycles = element
    parted = PartedNetlist(netlist, generic, parts_in("pe", netlist, 8))
    cells = (*netlist.gates, *netlist.flip_flops)
    whole = PartedNetlist(netlist, generic, dict.fromkeys([x.name for x in cells], "all"))
    assert sum(parted.areas_um2.values()) == pytest.approx(netlist.area_um2)
    assert parted.registers.total() == len(netlist.flip_flops)
    assert sum(parted.clocks_pj.values()) == pytest.approx(whole.clocks_pj["all"])
    found, expected = parted.energies_pj(cycles), whole.energies_pj(cycles)
    assert sum(found.values()) == pytest.approx(sum(expected.values()))
    assert found["multipliers"] > 0.2 * sum(found.values())


def test_the_sum_is_that_of_an_element_priced_as_a_whole(element, generic):
    pe, _, cycles = element
    netlist = synthesize(
        rtlil.convert(pe, name="element", emit_src=False), "element", generic, "rtlil"
    )
    cells = (*netlist.gates, *netlist.flip_flops)
    parted = PartedNetlist(netlist, generic, dict.fromkeys([x.name for x in cells], "all"))
    timing = analyze(netlist, generic)
    prices = toggle_prices_pj(netlist, timing, generic)
    words = [input_words(netlist, ports, slice(0, 100)) for ports in cycles]
    *_, before, after = run_cycles(netlist, words)
    steps = delay_steps(timing, generic)
    energies = source_energies_pj(netlist, steps, prices, before, after)[:100]
    assert sum(parted.energies_pj(cycles).values()) == pytest.approx(energies.mean())
    assert parted.clocks_pj["all"] == pytest.approx(clock_energy_pj(netlist, prices))


def test_registers_of_an_element_are_told_apart(element, generic):
    _, netlist, _ = element
    parted = PartedNetlist(netlist, generic, parts_in("pe", netlist, 8))
    assert parted.registers == {
        "weight registers": 2 * 8,
        "mode bits": 2 * 2,
        "activation registers": 8,
        "sum registers": 18,
        "element control": 3,
    }
    assert "adders" in parted.areas_um2


def test_a_clock_pin_costs_the_same_alone(element, generic):
    _, netlist, _ = element
    parted = PartedNetlist(netlist, generic, parts_in("pe", netlist, 8))
    alone = sum(clock_pin_pj(x.cell, generic) for x in netlist.flip_flops)
    assert alone == pytest.approx(sum(parted.clocks_pj.values()))


def test_a_multiplexer_belongs_to_its_register(generic):
    netlist = synthesize(TWO, "two", generic)
    found = parts_of(netlist, lambda gate: gate.registers[0] if gate.registers else None)
    assert set(found.values()) == {"p", "q", "rest"}
    inverters = [x for x in netlist.gates if len(x.input_nets) == 1]
    shared = {netlist.inputs["e"][0], netlist.inputs["a"][0]}
    assert all(found[x.name] == "rest" for x in inverters if x.input_nets[0] in shared)


def test_black_boxes_are_cut_out(generic, tmp_path, monkeypatch):
    monkeypatch.setattr("hwgen.cost.cache._root", lambda: tmp_path)
    for _ in range(2):  # the second time from the cache
        design = map_design(FIFO, "top", generic)
        netlist = design.netlists(["top"])["top"]
        assert {"only.words.q"} < set(netlist.inputs)
        assert {"only.words.address", "only.words.d"} < set(netlist.outputs)
        inner = design.netlists(["inner"])["inner"]
        names = {x for gate in inner.flip_flops for x in gate.registers}
        assert names == {f"sum.{bit}" for bit in range(8)}
        assert design.instances == {"top": 1, "inner": 1, "memory_words": 1}
        assert design.memory_bits("memory_words") == 128
