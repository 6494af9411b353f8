import pytest

from hwgen.cost.netlist import Gate, Netlist
from hwgen.cost.timing import analyze


def chain(technology, kinds):
    """Cells one after the other, from net 2 on; other inputs are constant 1."""
    gates = []
    for number, kind in enumerate(kinds):
        cell = technology.gates[kind]
        first, *others = cell.inputs
        nets = {first: 2 + number, **dict.fromkeys(others, 1), cell.outputs[0]: 3 + number}
        gates.append(Gate(f"g{number}", cell, nets))
    return Netlist("chain", {"a": (2,)}, {"y": (2 + len(kinds),)}, tuple(gates), ())


def test_delays_of_a_chain_add_up(generic):
    netlist = chain(generic, ["INV_X1"] * 3)
    timing = analyze(netlist, generic)
    arc = generic.inverter.pins["Y"].arcs[0]
    slew, total, load = generic.reference_slew_ns, 0.0, 2 * generic.unit_load_pf
    for _ in range(3):
        total += arc.rise.at(slew, load)
        slew = arc.rise_slew.at(slew, load)
    assert timing.delay_ns == pytest.approx(total)
    assert timing.slews_ns[5].worst == pytest.approx(slew)


def test_a_net_carries_its_pins_and_their_wires(generic):
    c = generic.unit_load_pf
    timing = analyze(chain(generic, ["INV_X1", "INV_X4"]), generic)
    assert timing.loads_pf[2] == pytest.approx(c + c)
    assert timing.loads_pf[3] == pytest.approx(4 * c + c)
    assert timing.loads_pf[4] == pytest.approx(c + c)  # the port counts as one inverter


def test_a_constant_starts_no_path(generic):
    cell = generic.gates["AND2_X1"]
    gate = Gate("gate", cell, {"A": 0, "B": 1, "Y": 2})
    timing = analyze(Netlist("m", {}, {"y": (2,)}, (gate,), ()), generic)
    assert timing.arrivals_ns == {}
    assert timing.delay_ns == 0.0


def test_the_latest_input_decides(generic):
    slow = chain(generic, ["BUF_X1", "BUF_X1"])
    last = Gate("last", generic.gates["NAND2_X1"], {"A": 2, "B": 4, "Y": 5})
    netlist = Netlist("m", slow.inputs, {"y": (5,)}, (*slow.gates, last), ())
    timing = analyze(netlist, generic)
    arc = generic.gates["NAND2_X1"].pins["Y"].arcs[1]
    late = timing.arrivals_ns[4].rise + arc.fall.at(timing.slews_ns[4].rise, timing.loads_pf[5])
    assert timing.delay_ns == pytest.approx(late)
    assert timing.arrivals_ns[5].fall == pytest.approx(late)


def test_paths_start_and_end_at_flip_flops(generic):
    """Clock to output, an inverter, and the setup time."""
    cell = generic.flip_flops["DFF_X1"]
    register = Gate("register", cell, {"CK": 2, "D": 4, "Q": 3})
    inverter = Gate("inverter", generic.inverter, {"A": 3, "Y": 4})
    netlist = Netlist("m", {"clk": (2,)}, {}, (inverter,), (register,))
    timing = analyze(netlist, generic)
    c, slew = generic.unit_load_pf, generic.reference_slew_ns
    launch = cell.pins["Q"].arcs[0]
    stage = generic.inverter.pins["Y"].arcs[0]
    expected = launch.rise.at(slew, 2 * c)
    expected += stage.fall.at(launch.rise_slew.at(slew, 2 * c), 2 * c)
    assert timing.delay_ns == pytest.approx(expected + 0.03)
