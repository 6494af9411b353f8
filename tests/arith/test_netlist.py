"""Netlists compute what their gates, and the Verilog they were read from, say."""

import dataclasses

import numpy as np
import pytest

from hwgen.arith.netlist.gate_builder import GateBuilder, array_multiplier, to_verilog
from hwgen.arith.netlist.gates import Gate
from hwgen.arith.netlist.netlist import Netlist
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import SpecError
from hwgen.flow.data import data_path

BIT = OperandKind(1, False)
ODD = """
// Every operator, with and without parentheses: ~ binds first, then &, ^ and |.
module odd (input wire signed [7:0] w, output signed [3:0] p, input [7:0] a);
  wire x, y;
  wire z = ~a[0] & w[0] ^ a[1] | w[7] & ~(a[7] ^ w[1] | a[2] & w[2]);
  assign x = (a[3] | w[3]) & (a[4] ^ ~~w[4]);
  assign y = x & z | ~x & a[5] ^ 1'b1 | 1'b0; /* constants
  too */
  assign p[0] = y;
  assign p[1] = x ^ z & w[6];
  assign p[3] = ~w[5];
  assign p[2] = a[6];
endmodule
"""


def shipped():
    return sorted(data_path("rtl_templates/multipliers").glob("*.v"))


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_a_shipped_netlist_means_what_yosys_reads_in_it(path, verilog_table):
    netlist = Netlist.load(path)
    assert netlist.name == path.stem
    table = verilog_table(path.read_text(encoding="utf-8"), netlist.name, netlist.p_kind)
    assert np.array_equal(table, netlist.table())


def test_operators_bind_as_in_verilog(verilog_table, circuit_tables, tmp_path):
    path = tmp_path / "odd.v"
    path.write_text(ODD, encoding="utf-8")
    netlist = Netlist.load(path)
    assert (netlist.a_kind, netlist.w_kind) == (U8, S8)
    assert np.array_equal(verilog_table(ODD, "odd", netlist.p_kind), netlist.table())
    assert np.array_equal(circuit_tables([netlist])[0][0], netlist.table())


def test_gates_are_evaluated_in_order():
    netlist = Netlist(
        name="half_adder",
        a_kind=BIT,
        w_kind=BIT,
        p_kind=OperandKind(2, False),
        gates=(Gate("^", 2, 3), Gate("&", 2, 3)),
        outputs=(4, 5),
    )
    assert netlist.table().tolist() == [[0, 1], [1, 2]]
    assert netlist.compute([1, 0], 1).tolist() == [2, 1]
    assert dataclasses.replace(netlist, outputs=(5, 4)).table().tolist() == [[0, 2], [2, 1]]


def switched():
    """Exact multiplier whose two lowest product bits are 0 in mode 1 and 1 in mode 2."""
    exact = array_multiplier("switched", U8, S8)
    builder = GateBuilder(18)
    is_one, is_two = 18, 19  # bits of the mode's number, after the constants and the operands
    nets = list(range(18))
    for kind, x, y in exact.gates:
        nets.append(builder.add(kind, nets[x], nets[y]))
    outputs = [nets[net] for net in exact.outputs]
    passes = builder.add("~", is_one, is_one)
    for bit in range(2):
        outputs[bit] = builder.add("|", builder.add("&", outputs[bit], passes), is_two)
    gates, live = builder.live(outputs)
    modes = ("exact", "zeros", "ones")
    return dataclasses.replace(exact, gates=gates, outputs=live, mode_names=modes)


def test_gates_read_the_mode(circuit_tables, verilog_table, tmp_path):
    netlist = switched()
    exact = np.multiply.outer(U8.values, S8.values)
    assert netlist.modes == ("exact", "zeros", "ones")
    for mode, table in enumerate((exact, exact & ~3, exact | 3)):
        assert np.array_equal(netlist.table(mode), table)
        assert np.array_equal(circuit_tables([netlist])[0][mode], table)
    path = tmp_path / "switched.v"
    path.write_text(to_verilog(netlist, "switched"), encoding="utf-8")
    assert Netlist.load(path) == netlist
    read_by_yosys = verilog_table(path.read_text(encoding="utf-8"), "switched", netlist.p_kind)
    assert np.array_equal(read_by_yosys, exact)
    assert dataclasses.replace(netlist, mode_names=("a", "b", "c")) != netlist


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mode_names": ()}, r"^Netlist x mode_names must be one or more that differ, not \(\)$"),
        (
            {"mode_names": ("a", "a")},
            r"^Netlist x mode_names must be one or more that differ, not \('a', 'a'\)$",
        ),
        ({"outputs": (4,)}, r"^Netlist x outputs must be 2 nets, not 1$"),
        ({"outputs": (4, 5)}, r"^Netlist x outputs must be its nets, not \(4, 5\)$"),
        (
            {"gates": (Gate("^", 2, 4),)},
            r"^Netlist x net 4 must read earlier nets, not Gate\(kind='\^', x=2, y=4\)$",
        ),
        (
            {"gates": (Gate("nand", 2, 3),)},
            r"^Netlist x gate must be one of &, \|, \^, ~, not 'nand'$",
        ),
    ],
)
def test_gates_that_make_no_netlist_are_refused(changes, message):
    fields = {"gates": (Gate("&", 2, 3),), "outputs": (4, 4)} | changes
    with pytest.raises(SpecError, match=message):
        Netlist(name="x", a_kind=BIT, w_kind=BIT, p_kind=OperandKind(2, False), **fields)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(
        SpecError, match=r"^netlist \S+/none\.v cannot be read: No such file or directory$"
    ):
        Netlist.load(tmp_path / "none.v")
    (tmp_path / "binary.v").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(
        SpecError, match=r"^netlist \S+/binary\.v must be text, but holds a NUL .*$"
    ):
        Netlist.load(tmp_path / "binary.v")


def test_other_verilog_is_told_how_to_come_in(tmp_path):
    (tmp_path / "x.v").write_text("assign p = a * w;")
    with pytest.raises(
        SpecError,
        match=r"^netlist .*x\.v line 1: '\*' .*; hwgen multipliers import takes other Verilog$",
    ):
        Netlist.load(tmp_path / "x.v")


@pytest.mark.parametrize(
    ("text", "letter"), [("module m\u00e9 (", "\u00e9"), ("module m \u0663", "\u0663")]
)
def test_letters_and_digits_are_those_of_verilog(text, letter):
    with pytest.raises(SpecError, match=f"^netlist x line 1: '{letter}' is not understood$"):
        Netlist.parse(text, "x")
