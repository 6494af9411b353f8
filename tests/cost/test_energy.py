"""Energies worked out by hand."""

import numpy as np
import pytest

from hwgen.cost.energy import (
    clock_energy_pj,
    delay_steps,
    lane_energies_pj,
    toggle_prices_pj,
)
from hwgen.cost.netlist import Gate, Netlist
from hwgen.cost.synthesis import synthesize
from hwgen.cost.technology import Technology
from hwgen.cost.timing import analyze

TIMES = """cell_rise (scalar) { values ("20"); } rise_transition (scalar) { values ("20"); }
        cell_fall (scalar) { values ("20"); } fall_transition (scalar) { values ("20"); }"""

# Some cells with tables small enough to compute with. 1 V, fF, ps: energies are in fJ.
LIBRARY = """
library (hand) {
  time_unit : "1ps"; voltage_unit : "1V"; leakage_power_unit : "1pW";
  capacitive_load_unit (1, ff); nom_voltage : 2;
  cell (INV) { area : 1; cell_leakage_power : 1000;
    pin (A) { direction : input; capacitance : 3; }
    pin (Y) { direction : output; function : "!A";
      timing () { related_pin : A; timing_sense : negative_unate;
        cell_rise (scalar) { values ("10"); } rise_transition (scalar) { values ("20"); }
        cell_fall (scalar) { values ("30"); } fall_transition (scalar) { values ("40"); } }
      internal_power () { related_pin : A;
        rise_power (scalar) { values ("7"); } fall_power (scalar) { values ("-3"); } } } }
  cell (NAND) { area : 2; leakage_power () { value : 400; } leakage_power () { value : 800; }
    pin (A) { direction : input; capacitance : 4;
      internal_power () { when : "!B"; power (scalar) { values ("0.8"); } } }
    pin (B) { direction : input; rise_capacitance : 4; fall_capacitance : 6; }
    pin (Y) { direction : output; function : "!(A B)";
      timing () { related_pin : "A B"; timing_sense : negative_unate;
        @TIMES@ }
      internal_power () { related_pin : A; when : "B"; related_pg_pin : VDD;
        rise_power (scalar) { values ("2"); } fall_power (scalar) { values ("4"); } }
      internal_power () { related_pin : B; related_pg_pin : VDD;
        rise_power (scalar) { values ("6"); } fall_power (scalar) { values ("8"); } }
      internal_power () { related_pin : "A B"; related_pg_pin : VSS;
        rise_power (scalar) { values ("0.5"); } fall_power (scalar) { values ("0.5"); } } } }
  cell (MIX) { area : 2;
    pin (A) { direction : input; capacitance : 4;
      internal_power () { when : "B"; power (scalar) { values ("8"); } }
      internal_power () { power (scalar) { values ("1"); } } }
    pin (B) { direction : input; capacitance : 4; }
    pin (Y) { direction : output; function : "A & B";
      timing () { related_pin : "A B"; @TIMES@ } } }
  cell (NOR) { area : 2;
    pin (A) { direction : input; } pin (B) { direction : input; }
    pin (Y) { direction : output; function : "(A + B)'";
      timing () { related_pin : "A B"; @TIMES@ } } }
  cell (FF) { area : 9; ff (Q, QN) { clocked_on : "C"; next_state : "D"; }
    pin (C) { direction : input; capacitance : 2;
      internal_power () { rise_power (scalar) { values ("5"); }
        fall_power (scalar) { values ("1"); } } }
    pin (D) { direction : input; capacitance : 1;
      internal_power () { when : "!C & Y"; power (scalar) { values ("4"); } } }
    pin (R) { direction : input; }
    pin (Y) { direction : output; function : "Q";
      timing () { related_pin : C; timing_type : rising_edge; @TIMES@ }
      internal_power () { related_pin : C; power (scalar) { values ("6"); } }
      internal_power () { related_pin : R; power (scalar) { values ("90"); } } } }
}
""".replace("@TIMES@", TIMES)


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    path = tmp_path_factory.mktemp("hand") / "hand.lib"
    path.write_text(LIBRARY)
    return Technology.load(str(path))


def netlist_of(technology, kind, nets, inputs):
    gate = Gate("gate", technology.gates[kind], nets)
    return Netlist("hand", inputs, {"y": (nets["Y"],)}, (gate,), ())


def energies(technology, netlist, before, after):
    timing = analyze(netlist, technology)
    prices = toggle_prices_pj(netlist, timing, technology)
    steps = delay_steps(timing, technology)
    lanes = ({port: np.array(codes) for port, codes in x.items()} for x in (before, after))
    return lane_energies_pj(netlist, steps, prices, *lanes)


def test_an_inverter(hand):
    """Loads: A 3 fF and its wire 3 fF; Y one unit load of 3 fF and its wire 3 fF.

    A toggle of A costs 6 fF * (2 V)^2 / 2 = 12 fJ; one of Y the same, and (7 - 3) / 2 = 2 fJ.
    """
    netlist = netlist_of(hand, "INV", {"A": 2, "Y": 3}, {"a": (2,)})
    timing = analyze(netlist, hand)
    prices = toggle_prices_pj(netlist, timing, hand)
    assert prices == pytest.approx({2: 12e-3, 3: 14e-3})
    found = energies(hand, netlist, {"a": [0, 1, 1]}, {"a": [1, 0, 1]})
    assert found == pytest.approx([26e-3, 26e-3, 0.0])
    assert netlist.leakage_nw == pytest.approx(1.0)


def test_a_nand(hand):
    """Loads: A 4 + 3 fF, B (4 + 6) / 2 + 3 fF, Y 3 + 3 fF; a volt squared's half is 2.

    A: 14 fJ and its own 0.8 fJ in the half of the states with B low. B: 16 fJ.
    Y: 12 fJ; VDD gives (3 + 7) / 2 = 5 fJ, VSS 0.5 fJ.
    """
    netlist = netlist_of(hand, "NAND", {"A": 2, "B": 3, "Y": 4}, {"a": (2,), "b": (3,)})
    prices = toggle_prices_pj(netlist, analyze(netlist, hand), hand)
    assert prices == pytest.approx({2: 14.4e-3, 3: 16e-3, 4: 17.5e-3})
    found = energies(
        hand, netlist, {"a": [0, 0, 1], "b": [1, 0, 1]}, {"a": [1, 1, 0], "b": [1, 0, 1]}
    )
    assert found == pytest.approx([31.9e-3, 14.4e-3, 31.9e-3])
    assert netlist.leakage_nw == pytest.approx(0.6)  # the mean of both states


def test_what_holds_without_a_condition_holds_in_the_states_left_over(hand):
    """A: 4 + 3 fF are 14 fJ, and 8 fJ with B high, 1 fJ with B low; tied pins keep their value."""
    netlist = netlist_of(hand, "MIX", {"A": 2, "B": 3, "Y": 4}, {"a": (2,), "b": (3,)})
    prices = toggle_prices_pj(netlist, analyze(netlist, hand), hand)
    assert prices[2] == pytest.approx(18.5e-3)
    for tied, inside in ((0, 1e-3), (1, 8e-3)):
        netlist = netlist_of(hand, "MIX", {"A": 2, "B": tied, "Y": 4}, {"a": (2,)})
        prices = toggle_prices_pj(netlist, analyze(netlist, hand), hand)
        assert prices[2] == pytest.approx(14e-3 + inside)


def test_a_register(hand):
    """Two flip-flops: C 2 * (2 + 3) fF, D 1 + 3 fF, Y 3 + 3 fF; a volt squared's half is 2.

    C: 20 fJ and (5 + 1) / 2 for each, twice a cycle. D: 8 fJ, and 4 fJ in a quarter of the
    states. Y: 12 fJ and 6 fJ; it does not toggle for its reset.
    """
    cell = hand.flip_flops["FF"]
    registers = tuple(
        Gate(f"r{i}", cell, {"C": 2, "D": 3 + 2 * i, "R": 0, "Y": 4 + 2 * i}) for i in range(2)
    )
    ports = {"clk": (2,), "d": (3, 5)}
    netlist = Netlist("hand", ports, {"y": (4, 6)}, (), registers)
    prices = toggle_prices_pj(netlist, analyze(netlist, hand), hand)
    assert prices.pop(0) > 0  # the constant's net, which never toggles
    assert prices == pytest.approx({2: 26e-3, 3: 9e-3, 4: 18e-3, 5: 9e-3, 6: 18e-3})
    assert clock_energy_pj(netlist, prices) == pytest.approx(52e-3)


def test_delays_are_the_mean_of_both_edges_in_quarters_of_an_fo4(hand):
    netlist = netlist_of(hand, "INV", {"A": 2, "Y": 3}, {"a": (2,)})
    timing = analyze(netlist, hand)
    assert hand.fo4_ns == pytest.approx(0.02)
    assert timing.gate_delays_ns == pytest.approx({3: 0.02})
    assert delay_steps(timing, hand) == {3: 4}
    assert timing.delay_ns == pytest.approx(0.03)  # the slower edge


def test_table_points_are_used_at_slew_and_load(generic):
    """The generic inverter at the reference slew, driving its own input and two wires."""
    netlist = netlist_of(generic, "INV_X1", {"A": 2, "Y": 3}, {"a": (2,)})
    prices = toggle_prices_pj(netlist, analyze(netlist, generic), generic)
    load = 2 * 0.0012
    power = generic.inverter.pins["Y"].powers[0].rise
    inside = power.at(generic.reference_slew_ns, load)
    assert prices[3] == pytest.approx(load * 1.1**2 / 2 + inside)
    # parasitic charge C * V^2 / 2, and the short circuit's 0.1 * C * V^2 * slew / output_slew
    short = 0.1 * 0.0012 * 1.1**2 * generic.reference_slew_ns / (2 * 0.0026 * 3)
    assert inside == pytest.approx(0.0012 * 1.1**2 / 2 + short, rel=0.1)


def test_chunks_do_not_change_energies(generic, monkeypatch):
    text = "module m(input [3:0] a, w, output [7:0] p); assign p = a * w; endmodule"
    netlist = synthesize(text, "m", generic)
    rng = np.random.default_rng(3)
    before, after = ({"a": x, "w": y} for x, y in rng.integers(0, 16, (2, 2, 1000)))
    whole = energies(generic, netlist, before, after)
    monkeypatch.setattr("hwgen.cost.energy.CHUNK", 192)
    assert np.array_equal(energies(generic, netlist, before, after), whole)
    assert whole.max() > whole.mean() > whole.min() >= 0.0
