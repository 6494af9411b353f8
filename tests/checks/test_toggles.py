"""Toggle counts equal those of Icarus on the same gates and delays."""

import pytest

from hwgen.checks import toggles as toggles_room
from hwgen.checks.circuit import map_circuit
from hwgen.checks.toggles import check_toggles


@pytest.mark.tool
@pytest.mark.parametrize(("name", "pe"), [("exact", False), ("posneg_2", True)])
def test_toggles_of_every_net_equal_icarus(generic, name, pe):
    circuit = map_circuit(name, generic, pe=pe)
    found = check_toggles(circuit)
    assert found.transitions == 1024
    assert len(found.ours) > len(circuit.netlist.gates)
    assert found.different == []


@pytest.mark.tool
def test_other_delays_are_noticed(generic, monkeypatch):
    """Icarus with one gate faster than in our simulation counts other toggles."""
    circuit = map_circuit("exact", generic)
    honest = toggles_room._bench

    def hasty(netlist, steps, states):
        late = max(steps, key=lambda net: (steps[net], net))
        return honest(netlist, steps | {late: 1}, states)

    monkeypatch.setattr(toggles_room, "_bench", hasty)
    assert check_toggles(circuit, 64).different
