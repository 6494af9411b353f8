"""Area, delay and power equal those of OpenSTA, where it is installed."""

import dataclasses
import shutil

import pytest

from hwgen.checks.circuit import map_circuit
from hwgen.checks.sta import Figures, StaticTiming, check_sta
from hwgen.checks.weights import weighted_internal_pj
from hwgen.cost.energy import gate_internal_pj
from hwgen.cost.netlist import Gate
from hwgen.cost.timing import Edges, Timing
from hwgen.errors import ToolError

needs_sta = pytest.mark.skipif(shutil.which("sta") is None, reason="OpenSTA is not installed")


@needs_sta
@pytest.mark.tool
@pytest.mark.parametrize(("name", "pe"), [("exact", False), ("posneg_2", True)])
def test_figures_of_the_generic_technology_are_equal(generic, name, pe):
    found = check_sta(map_circuit(name, generic, pe=pe))
    for figure in ("area_um2", "delay_ns", "switching_pj", "internal_pj"):
        assert abs(found.difference(figure)) < 1e-4, figure
    assert found.disagreements == []


@needs_sta
@pytest.mark.tool
def test_another_wire_model_is_noticed(generic, monkeypatch):
    circuit = map_circuit("exact", generic)
    loads = {net: 0.8 * load for net, load in circuit.timing.loads_pf.items()}
    timing = dataclasses.replace(circuit.timing, loads_pf=loads, delay_ns=1.0)
    changed = dataclasses.replace(circuit, timing=timing)
    assert "delay_ns" in check_sta(changed).disagreements


def test_a_difference_beyond_a_tolerance_is_a_disagreement():
    ours = Figures(area_um2=10.0, delay_ns=1.0, switching_pj=1.0, internal_pj=1.0)
    theirs = Figures(area_um2=10.1, delay_ns=1.019, switching_pj=1.11, internal_pj=0.91)
    found = StaticTiming(ours, theirs, own_internal_pj=0.5)
    assert found.disagreements == ["area_um2", "switching_pj"]
    assert found.difference("delay_ns") == pytest.approx(0.019)
    assert found.own_difference == pytest.approx(0.91 / 0.5 - 1)


def test_without_the_tool_one_line_tells_how_to_get_it(generic, monkeypatch):
    circuit = map_circuit("exact", generic)
    monkeypatch.setattr(shutil, "which", lambda *args, **options: None)
    with pytest.raises(
        ToolError, match=r"^tool sta is not installed; install it with: apt install opensta$"
    ):
        check_sta(circuit)


def test_weights_of_opensta_by_hand(generic):
    """A NAND's two pins weigh a half each, and each adds both edges: twice our mean."""
    timing = Timing({9: 0.005}, dict.fromkeys((2, 3, 4), Edges(0.02, 0.02)), {}, {}, 0.0)
    for cell, pins, factor in (
        ("INV_X1", "A", 2.0),
        ("NAND2_X1", "AB", 2.0),
        ("XOR2_X1", "AB", 2.0),
        ("NAND3_X1", "ABC", None),  # a half for A and B, a quarter for C
    ):
        gate = Gate("g", generic.gates[cell], dict(zip(pins, (2, 3, 4), strict=False)) | {"Y": 9})
        weighted, own = weighted_internal_pj(gate, timing), gate_internal_pj(gate, timing)
        if factor is None:
            (a, b, c) = (x.energy_pj(0.02, 0.005) for x in gate.cell.pins["Y"].powers)
            assert weighted == pytest.approx(a + b + c / 2)
            assert own == pytest.approx((a + b + c) / 3)
        else:
            assert weighted == pytest.approx(factor * own)
