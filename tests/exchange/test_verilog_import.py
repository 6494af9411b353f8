"""What is imported multiplies as its source does: ports by name, signs as declared or stated."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.arith.netlist.gate_builder import to_verilog
from hwgen.arith.netlist.netlist import Netlist
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError, ToolError
from hwgen.exchange import verilog_import
from hwgen.exchange.verilog_import import Ports, Source, import_verilog

AWO = Ports(a="a", w="w", out="p")

# 5 x 4 bits: a * w, but rows of gates by hand, and ports in an order that tells nothing.
GATES = """
module row(output [8:0] s, input [8:0] t, input [4:0] x, input y);
  assign s = t + {4'b0, x & {5{y}}};
endmodule
module mine(O, B, A);
  input [4:0] A; input [3:0] B; output [8:0] O;
  wire [8:0] s0, s1, s2, s3;
  row r0(.s(s0), .t(9'd0), .x(A), .y(B[0]));
  row r1(s1, s0 >> 1, A, B[1]);
  row r2(.y(B[2]), .x(A), .t(s1 >> 1), .s(s2));
  row r3(s3, s2 >> 1, A, B[3]);
  assign O[2:0] = {s2[0], s1[0], s0[0]};
  assign O[8:3] = s3[5:0];
endmodule
"""
# A case with a don't care that no operands reach, a loop and a function, as people write them.
BEHAVIOUR = """
module steps #(parameter N = 4) (input [N-1:0] a, w, output reg [2*N-1:0] p);
  integer i;
  function [N-1:0] masked(input [N-1:0] x, input y); masked = y ? x : 0; endfunction
  always @* begin
    p = 0;
    for (i = 0; i < N; i = i + 1) p = p + (masked(a, w[i]) << i);
    case (a[1:0])
      2'd0, 2'd1: p = p;
      2'd2: p = p | 1;
      2'd3: p = p ^ 2;
      default: p = 'bx;
    endcase
  end
  initial $display("not a product");
endmodule
"""
SIGNED = """
module both(input signed [5:0] a, input [4:0] w, output signed [10:0] p);
  assign p = a * $signed({1'b0, w});
endmodule
"""
PATTERN = """
module plain(input [3:0] a, input [3:0] w, output [7:0] p);
  assign p = {{4{a[3]}}, a} * {{4{w[3]}}, w};
endmodule
"""


def values(width, signed=False):
    return OperandKind(width, signed).values


def test_ports_are_taken_by_name():
    netlist = import_verilog(Source("mine.v", GATES), Ports(a="A", w="B", out="O"))
    assert netlist.name == "mine"
    assert np.array_equal(netlist.table(), np.multiply.outer(values(5), values(4)))
    turned = import_verilog(Source("mine.v", GATES), Ports(a="B", w="A", out="O"), name="turned")
    assert turned.name == "turned"
    assert (turned.a_kind.name, turned.w_kind.name, turned.p_kind.name) == ("u4", "u5", "u9")
    assert np.array_equal(turned.table(), netlist.table().T)


def test_behaviour_becomes_gates():
    netlist = import_verilog(Source("steps.v", BEHAVIOUR), AWO)
    wanted = np.multiply.outer(values(4), values(4))
    wanted[2::4] |= 1
    wanted[3::4] ^= 2
    assert np.array_equal(netlist.table(), wanted)


def test_a_declared_sign_counts():
    netlist = import_verilog(Source("both.v", SIGNED), AWO)
    assert (netlist.a_kind.name, netlist.w_kind.name, netlist.p_kind.name) == ("s6", "u5", "s11")
    assert np.array_equal(netlist.table(), np.multiply.outer(values(6, True), values(5)))


def test_a_stated_sign_counts():
    both = Ports(a="a", w="w", out="p", a_signed=True, w_signed=True)
    netlist = import_verilog(Source("plain.v", PATTERN), both)
    assert np.array_equal(netlist.table(), np.multiply.outer(values(4, True), values(4, True)))
    assert import_verilog(Source("plain.v", PATTERN), AWO).table()[15, 15] == 1  # not -1 * -1


def test_what_is_written_is_read_again(tmp_path):
    netlist = import_verilog(Source("both.v", SIGNED), AWO)
    path = tmp_path / "both.v"
    path.write_text(to_verilog(netlist, netlist.name))
    assert Netlist.load(path) == netlist


def test_equal_gates_and_constants_are_folded():
    text = """module twice(input [3:0] a, w, output [7:0] p);
      assign p = {4'd0, (a & w) ^ (w & a), 1'b1 & a[0] & w[0]};
    endmodule"""
    assert len(import_verilog(Source("twice.v", text), AWO).gates) == 1


def test_top_chooses_among_modules():
    text = PATTERN + SIGNED
    assert import_verilog(Source("x.v", text), AWO, top="both").a_kind.name == "s6"
    with pytest.raises(SpecError, match=r"^Verilog x.v .* or --top, not plain, both$"):
        import_verilog(Source("x.v", text), AWO)


def test_systemverilog_is_told_by_its_ending():
    text = """module sv(input logic [3:0] a, w, output logic [7:0] p);
      always_comb p = a * w;
    endmodule"""
    netlist = import_verilog(Source("x.sv", text), AWO)
    assert np.array_equal(netlist.table(), np.multiply.outer(values(4), values(4)))


def test_a_wrong_gate_is_noticed(monkeypatch):
    def tampered(name, kinds, logic):
        netlist = genuine(name, kinds, logic)
        first = netlist.gates[0]._replace(kind="|")
        return replace(netlist, gates=(first, *netlist.gates[1:]))

    genuine = verilog_import._netlist
    monkeypatch.setattr(verilog_import, "_netlist", tampered)
    with pytest.raises(ToolError, match=r"^Verilog mine.v: Yosys evaluates O as \d+ for A = "):
        import_verilog(Source("mine.v", GATES), Ports(a="A", w="B", out="O"))


def test_a_product_of_32_bits():
    text = "module m(input signed [3:0] a, w, output signed [31:0] p); assign p = a * w; endmodule"
    netlist = import_verilog(Source("x.v", text), AWO)
    assert np.array_equal(
        netlist.table(), np.multiply.outer(netlist.a_kind.values, netlist.w_kind.values)
    )
