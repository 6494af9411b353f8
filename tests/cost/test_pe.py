"""A processing element: what its registers hold, and what it costs."""

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.cost.activity import lanes_of
from hwgen.cost.characterize import characterize
from hwgen.cost.energy import input_words
from hwgen.cost.operands import port_codes, uniform_transitions
from hwgen.cost.pe import PE_ROWS, _sums_above, edge_cycles, pe_rtlil
from hwgen.cost.sequential import run_cycles
from hwgen.cost.synthesis import synthesize
from hwgen.network.transitions import Transitions

NAME, MODE = "posneg_2", 2


@pytest.fixture(scope="module")
def netlist(generic):
    return synthesize(pe_rtlil(find(NAME), "pe"), "pe", generic, "rtlil")


def trace(lanes=100):
    rng = np.random.default_rng(4)
    before, a = rng.integers(0, 256, (2, lanes), dtype=np.uint8)
    w = rng.integers(-128, 128, (2, lanes), dtype=np.int8)
    w[0, ::2] = w[1, ::2]  # every other weight stays
    return Transitions(before, w[0], a, w[1])


def values(netlist, port, words, lanes):
    bits = [lanes_of(words[net])[:lanes].astype(np.int64) for net in netlist.outputs[port]]
    return sum(bit << place for place, bit in enumerate(bits))


def test_registers_hold_the_sums_of_the_definition(netlist):
    multiplier, seen = find(NAME), trace()
    codes = port_codes(multiplier, MODE, [seen])
    north = _sums_above(multiplier, MODE, codes, np.array([100]))
    cycles = edge_cycles(multiplier, MODE, [seen])
    ran = run_cycles(netlist, [input_words(netlist, x, slice(None)) for x in [*cycles, cycles[-1]]])
    table, mask = multiplier.table(MODE), (1 << len(netlist.outputs["total_south"])) - 1
    for words, code, sums in zip(ran[-2:], codes, north, strict=True):
        expected = sums + table[code["a"], code["w"]] & mask
        assert np.array_equal(values(netlist, "total_south", words, 100), expected)
    # Before the edge the registers hold the product before: that of the next activation.
    assert np.array_equal(values(netlist, "a_east", ran[-3], 100), seen.a)
    assert np.array_equal(values(netlist, "a_east", ran[-2], 100), seen.a_before)


def test_sums_from_the_north_are_those_of_other_products_of_the_layer():
    low = Transitions(*(np.full(50, 3, kind) for kind in (np.uint8, np.int8) * 2))
    high = Transitions(*(np.full(50, 100, kind) for kind in (np.uint8, np.int8) * 2))
    codes = port_codes(find("exact"), 0, [low, high])
    for sums in _sums_above(find("exact"), 0, codes, np.array([50, 100])):
        assert set(sums[:50].tolist()) <= {9 * k for k in range(PE_ROWS)}
        assert set(sums[50:].tolist()) <= {10000 * k for k in range(PE_ROWS)}
        assert len(set(sums.tolist())) > PE_ROWS


def test_an_element_costs_more_than_its_multiplier(generic):
    alone, pe = (characterize(find("exact"), generic, pe=x) for x in (False, True))
    assert pe.area_um2 > 1.5 * alone.area_um2
    assert pe.delay_ns > alone.delay_ns
    assert alone.clock_energy_pj == 0 < pe.clock_energy_pj
    energy = pe.energy_pj[0]["uniform"]
    assert energy - pe.clock_energy_pj > 1.5 * alone.energy_pj[0]["uniform"]
    assert type(pe).from_json(pe.to_json()).to_json() == pe.to_json()


def test_an_idle_element_costs_its_clock(generic):
    still = Transitions(*(np.full(64, 7, kind) for kind in (np.uint8, np.int8) * 2))
    cost = characterize(find("exact"), generic, {"still": still}, pe=True)
    assert cost.energy_pj[0]["still"] == pytest.approx(cost.clock_energy_pj)


def test_chunks_do_not_change_energies(generic, monkeypatch):
    uniform = uniform_transitions(1000)
    whole = characterize(find("exact_u8"), generic, {"x": uniform}, pe=True)
    monkeypatch.setattr("hwgen.cost.pe.CHUNK", 192)
    monkeypatch.setattr("hwgen.cost.characterize.recall", lambda key: None)
    again = characterize(find("exact_u8"), generic, {"x": uniform}, pe=True)
    assert again.to_json() == whole.to_json()
