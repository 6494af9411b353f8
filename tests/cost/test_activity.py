"""Toggles worked out by hand; against Icarus they are in tests/checks."""

from collections import Counter

import numpy as np
import pytest

from hwgen.cost.activity import count_ones, lanes_of, pack, toggles
from hwgen.cost.energy import delay_steps
from hwgen.cost.netlist import Gate, Netlist
from hwgen.cost.synthesis import synthesize
from hwgen.cost.timing import analyze

MULTIPLIER = """
module multiplier(input [7:0] a, input signed [7:0] w, output signed [15:0] p);
  assign p = $signed({1'b0, a}) * w;
endmodule
"""


@pytest.fixture(scope="module")
def netlist(generic):
    return synthesize(MULTIPLIER, "multiplier", generic)


@pytest.fixture(scope="module")
def steps(netlist, generic):
    return delay_steps(analyze(netlist, generic), generic)


def words(netlist, a, w):
    codes = {"a": a, "w": w}
    return {
        net: pack((codes[port] >> bit & 1).astype(bool))
        for port, nets in netlist.inputs.items()
        for bit, net in enumerate(nets)
    }


def counted(netlist, steps, before, after, lanes):
    return {
        net: sum(
            int(lanes_of(plane)[:lanes].sum()) << weight for weight, plane in enumerate(planes)
        )
        for net, planes in toggles(netlist, steps, words(netlist, *before), words(netlist, *after))
    }


def test_lanes_do_not_depend_on_each_other(netlist, steps):
    rng = np.random.default_rng(6)
    a, w, b, v = rng.integers(0, 256, (4, 130))
    together = counted(netlist, steps, (a, w), (b, v), 130)
    alone = Counter()
    for part in (slice(0, 65), slice(65, 130)):
        alone.update(counted(netlist, steps, (a[part], w[part]), (b[part], v[part]), 65))
    assert together == alone


def test_a_pulse_lasts_as_long_as_the_slower_path(generic):
    """``a & ~a`` pulses when ``a`` rises, for as long as its inverter takes."""
    invert = Gate("invert", generic.gates["INV_X1"], {"A": 2, "Y": 3})
    both = Gate("both", generic.gates["AND2_X1"], {"A": 2, "B": 3, "Y": 4})
    netlist = Netlist("pulse", {"a": (2,)}, {"y": (4,)}, (invert, both), ())
    lanes = np.array([False, True]), np.array([True, False])  # one rises, one falls
    before, after = ({2: pack(bits)} for bits in lanes)
    found = dict(toggles(netlist, {3: 3, 4: 2}, before, after))
    assert [lanes_of(plane)[:2].tolist() for plane in found[2]] == [[1, 1]]
    assert [lanes_of(plane)[:2].tolist() for plane in found[3]] == [[1, 1]]
    assert [lanes_of(plane)[:2].tolist() for plane in found[4]] == [[0, 0], [1, 0]]


def test_operands_that_stay_cause_no_toggle(netlist, steps):
    a, w = np.array([[17], [200]])
    assert counted(netlist, steps, (a, w), (a, w), 1) == {}


def test_the_settled_value_is_the_product(netlist, steps):
    """Parity of the toggles of each product bit tells whether it changed."""
    rng = np.random.default_rng(7)
    a, w, b, v = rng.integers(0, 256, (4, 64))
    planes = dict(toggles(netlist, steps, words(netlist, a, w), words(netlist, b, v)))
    change = (a * w.astype(np.int8)) ^ (b * v.astype(np.int8))
    for bit, net in enumerate(netlist.outputs["p"]):
        flipped = lanes_of(planes[net][0]) if net in planes else np.zeros(64, np.uint8)
        assert flipped.tolist() == (change >> bit & 1).tolist()


@pytest.mark.parametrize("modern", [True, False])
def test_lanes_that_are_1_are_counted(modern, monkeypatch):
    if not modern:
        monkeypatch.delattr(np, "bitwise_count", raising=False)
    words = np.random.default_rng(3).integers(0, 1 << 64, (2, 5), dtype=np.uint64)
    found = count_ones(words)
    assert found.tolist() == [[int(x).bit_count() for x in row] for row in words]
