"""Gates are folded without changing what they compute."""

import itertools

import numpy as np
import pytest

from hwgen.arith.netlist.gate_builder import GateBuilder, array_multiplier, substituted, to_verilog
from hwgen.arith.netlist.gates import Gate, evaluate
from hwgen.arith.netlist.netlist import Netlist
from hwgen.arith.operand import S8, U8

NETS = range(2, 4)  # two inputs
BITS = [np.array([value], dtype=np.uint8) for value in (0b0011, 0b0101)]


def test_no_folding_changes_a_value():
    builder = GateBuilder(2)
    inverted = [builder.add("~", net, net) for net in (0, 1, *NETS)]
    operands = [0, 1, *NETS, *inverted]
    for kind, x, y in itertools.product("&|^~", operands, operands):
        net = builder.add(kind, x, y)
        values = evaluate(builder.gates, BITS)
        assert values[net] == Gate(kind, x, y).apply(values[x], values[y]), (kind, x, y)


def test_constants_inverses_and_twins_are_no_gates():
    builder = GateBuilder(2)
    inverse = builder.add("~", 2, 2)
    both = builder.add("&", 2, 3)
    assert len(builder.gates) == 2
    folded = {
        builder.add("&", 3, 2): both,
        builder.add("~", inverse, inverse): 2,
        builder.add("|", 3, 1): 1,
        builder.add("^", 0, 3): 3,
        builder.add("^", 2, 1): inverse,
        builder.add("&", 2, inverse): 0,
    }
    assert all(got == expected for got, expected in folded.items())
    assert len(builder.gates) == 2


@pytest.mark.parametrize(("a_kind", "w_kind"), list(itertools.product((U8, S8), repeat=2)))
def test_the_array_multiplier_is_exact(a_kind, w_kind):
    multiplier = array_multiplier("exact", a_kind, w_kind)
    assert np.array_equal(multiplier.table(), np.multiply.outer(a_kind.values, w_kind.values))


def test_substitution_drops_what_is_dead():
    exact = array_multiplier("exact", U8, S8)
    lowest = exact.outputs[0]
    cleared = substituted(exact, lowest, 0)
    assert cleared.outputs[0] == 0
    assert len(cleared.gates) == len(exact.gates) - 1
    assert np.array_equal(cleared.table(), exact.table() & ~1)


def test_written_verilog_is_read_back(tmp_path):
    exact = substituted(array_multiplier("again", U8, S8), 40, 1)
    path = tmp_path / "again.v"
    path.write_text(to_verilog(exact, "again"), encoding="utf-8")
    assert Netlist.load(path) == exact
