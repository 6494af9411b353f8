"""RTL against mapped netlist: equal ones are proven, changed ones are not."""

import dataclasses
import re

import pytest

from hwgen.arith.catalogue import CATALOGUE
from hwgen.checks.circuit import TOP, map_circuit
from hwgen.checks.equivalence import prove_equivalence
from hwgen.cost.synthesis import synthesize

SAMPLE = list(CATALOGUE)[:: len(CATALOGUE) // 5]  # the command proves all


@pytest.mark.tool
@pytest.mark.parametrize("name", SAMPLE)
def test_the_netlist_of_a_multiplier_equals_its_rtl(generic, name):
    proof = prove_equivalence(map_circuit(name, generic))
    assert proof.reason == ""
    assert proof.is_equivalent


@pytest.mark.tool
def test_the_netlist_of_an_element_equals_its_rtl(generic):
    proof = prove_equivalence(map_circuit("posneg_2", generic, pe=True))
    assert proof.reason == ""
    # activation, valid, swap, weight and mode twice, and the sum
    assert proof.registers == 8 + 1 + 1 + 2 * 10 + 20


def with_netlist(circuit, **changes):
    return dataclasses.replace(circuit, netlist=dataclasses.replace(circuit.netlist, **changes))


def inverted(gates, position):
    """The gates with one NAND in place of a NOR or the other way round."""
    other = {"NAND2_X1": "NOR2_X1", "NOR2_X1": "NAND2_X1"}
    found = [i for i, gate in enumerate(gates) if gate.cell.name in other][position]
    return found, other[gates[found].cell.name]


@pytest.mark.tool
@pytest.mark.parametrize("pe", [False, True])
def test_a_wrong_gate_is_noticed(generic, pe):
    circuit = map_circuit("exact", generic, pe=pe)
    gates = list(circuit.netlist.gates)
    place, cell = inverted(gates, len(gates) // 8)
    gates[place] = dataclasses.replace(gates[place], cell=generic.gates[cell])
    proof = prove_equivalence(with_netlist(circuit, gates=tuple(gates)))
    assert re.match(r"^they differ: .*\ba\.7=[01]\b", proof.reason)


@pytest.mark.tool
def test_registers_in_each_others_place_are_noticed(generic):
    circuit = map_circuit("exact", generic, pe=True)
    cells = {cell.registers[0]: cell for cell in circuit.netlist.flip_flops}
    one, other = cells["shadow.2"], cells["shadow.5"]
    swapped = {
        one.name: dataclasses.replace(one, nets=one.nets | {"D": other.nets["D"]}),
        other.name: dataclasses.replace(other, nets=other.nets | {"D": one.nets["D"]}),
    }
    cells = tuple(swapped.get(cell.name, cell) for cell in circuit.netlist.flip_flops)
    proof = prove_equivalence(with_netlist(circuit, flip_flops=cells))
    assert proof.reason.startswith("they differ: ")


@pytest.mark.tool
def test_a_register_of_another_clock_is_noticed(generic):
    circuit = map_circuit("exact", generic, pe=True)
    first, *others = circuit.netlist.flip_flops
    wrong = dataclasses.replace(first, nets=first.nets | {"CK": first.nets["D"]})
    proof = prove_equivalence(with_netlist(circuit, flip_flops=(wrong, *others)))
    assert proof.reason == f"flip-flop {first.name} is no register of the RTL, on its clock"


@pytest.mark.tool
def test_a_register_without_reset_is_noticed(generic):
    """Equal next states prove nothing where the first states may differ."""
    circuit = map_circuit("exact", generic, pe=True)
    text = circuit.rtlil.replace("switch \\rst [0]", "switch 1'0", 1)
    netlist = synthesize(text, TOP, generic, "rtlil")
    proof = prove_equivalence(dataclasses.replace(circuit, rtlil=text, netlist=netlist))
    assert proof.reason == "reset does not bring every register to 0"
