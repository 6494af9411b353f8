"""Clock-gating cells, and flip-flops' clock pins beside them."""

import pytest

from hwgen.cost.clock import clock_pin_pj
from hwgen.cost.gating import clock_gate
from hwgen.cost.technology import Technology

CELLS = {"sky130hd_tt": "sky130_fd_sc_hd__dlclkp_1", "sg13g2_typ": "sg13g2_lgcp_1"}


@pytest.mark.parametrize("name", CELLS)
def test_libraries_have_a_cell_of_their_own(name, shared_data):
    technology = Technology.load(str(shared_data / f"pdk/{name}.lib.gz"))
    gate = clock_gate(technology)
    flip_flop = min(technology.flip_flops.values(), key=lambda x: x.area_um2)
    assert gate.name == CELLS[name]
    assert gate.is_library_cell
    assert gate.area_um2 < flip_flop.area_um2
    assert 0.2 < gate.idle_pj / clock_pin_pj(flip_flop, technology) < 2


def test_without_one_a_flip_flop_and_a_gate_stand_for_it(generic):
    gate = clock_gate(generic)
    assert gate.name == "DFF_X1 and NAND2_X1"
    assert not gate.is_library_cell
    flip_flop = generic.flip_flops["DFF_X1"]
    assert flip_flop.area_um2 < gate.area_um2 < 1.5 * flip_flop.area_um2
    assert gate.idle_pj > clock_pin_pj(flip_flop, generic)
