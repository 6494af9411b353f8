"""The Verilog subset: what it refuses, with file, line and rule."""

import re

import pytest

from hwgen.arith.netlist.verilog_gates import parse_gates
from hwgen.errors import SpecError

HEADER = "module m (input [1:0] a, input [1:0] w, output [1:0] p);\n"
GOOD = HEADER + "wire n = a[0] & w[0];\nassign p[0] = n;\nassign p[1] = a[1];\nendmodule\n"


def test_the_good_module_is_read():
    parsed = parse_gates(GOOD, "m.v")
    assert (parsed.name, parsed.gates, parsed.outputs) == ("m", (("&", 2, 4),), (6, 3))


SWITCHED = (
    'module m (input [1:0] a, input [1:0] w, (* modes = "exact low off" *) input [1:0] mode, '
    "output [1:0] p);\nassign p[0] = a[0] & mode[0];\nassign p[1] = w[0] & mode[1];\nendmodule\n"
)


def test_a_mode_port_is_numbered_after_the_operands_wherever_it_stands():
    parsed = parse_gates(SWITCHED, "m.v")
    assert parsed.mode_names == ("exact", "low", "off")
    assert parsed.gates == (("&", 2, 6), ("&", 4, 7))
    port = '(* modes = "exact low off" *) input [1:0] mode'
    for old, new in (("(input", f"({port}, input"), ("p);", f"p, {port});")):
        moved = SWITCHED.replace(f"{port}, ", "").replace(old, new, 1)
        assert parse_gates(moved, "m.v") == parsed


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("modes =", "mode =", "expected modes, not mode"),
        ("modes =", "modes :", "expected =, not :"),
        ('"exact low off"', "exact", "expected names of modes with a space between, not exact"),
        ('"exact low off"', '"one"', 'expected names of modes with a space between, not "one"'),
        ('"exact low off"', '"a  b"', 'expected names of modes with a space between, not "a  b"'),
        ('"exact low off"', '"a, b"', 'expected names of modes with a space between, not "a, b"'),
        (" *) input", " *) output", "expected no more output, not mode"),
        ("[1:0] mode", "[1:0] m", "expected mode, not m"),
        ("[1:0] mode", "[4:0] mode", "mode must have at most 4 bits, not 5"),
        ("[1:0] mode", "[0:0] mode", "mode of 3 modes must be unsigned of 2 bits, not u1"),
        ("[1:0] mode", "signed [1:0] mode", "mode of 3 modes must be unsigned of 2 bits, not s2"),
        ('(* modes = "exact low off" *) ', "", "expected no more input, not mode"),
        ("[1:0] p", "[1:0] p, input [0:0] x", "expected ), not ,"),
        (", output [1:0] p", ")", "expected ,, not )"),
    ],
)
def test_any_other_mode_port_is_refused(old, new, rule):
    assert old in SWITCHED
    with pytest.raises(SpecError, match=f"^netlist m.v line 1: {re.escape(rule)}$"):
        parse_gates(SWITCHED.replace(old, new, 1), "m.v")


def test_wires_are_declared_first_or_where_they_are_assigned():
    text = GOOD.replace("wire n =", "wire n, x; // x is never used\nassign n =")
    assert parse_gates(text, "m.v") == parse_gates(GOOD, "m.v")


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("wire n =", "wire n = #1", 2, "'#' is not understood"),
        ("a[0] & w[0]", "a[0] + w[0]", 2, "'+' is not understood"),
        ("wire n =", "reg n =", 2, "expected assign or wire or endmodule, not reg"),
        ("module m", "m", 1, "expected module, not m"),
        ("module m", "module 1", 1, "expected a name, not 1"),
        ("module m (", "module m (inout [0:0] z, ", 1, "expected input or output, not inout"),
        ("[1:0] w", "[1:0] b", 1, "expected w, not b"),
        ("[1:0] w", "[1:0] a", 1, "expected w, not a"),
        ("output [1:0] p", "input [1:0] b", 1, "expected no more input, not b"),
        ("input [1:0] a", "input a", 1, "expected [, not a"),
        ("input [1:0] a", "input [x:0] a", 1, "expected a number, not x"),
        ("input [1:0] a", "input [1:1] a", 1, "expected 0, not 1"),
        ("input [1:0] a", "input [10:0] a", 1, "a must have at most 10 bits, not 11"),
        ("output [1:0] p", "output [32:0] p", 1, "p must have at most 32 bits, not 33"),
        ("[1:0] p)", "[1:0] p, input [1:0] x)", 1, "expected no more input, not x"),
        ("[1:0] p)", "[1:0] p p)", 1, "expected , or ), not p"),
        ("wire n =", "wire wire =", 2, "expected a name, not wire"),
        ("wire n =", "wire p =", 2, "p is declared twice"),
        ("assign p[0]", "wire n;\nassign p[0]", 3, "n is declared twice"),
        ("= n;", "= x;", 3, "x is not declared"),
        ("= n;", "= a;", 3, "a is not declared"),
        ("= n;", "= a[2];", 3, "a[2] is not declared"),
        ("= n;", "= p[1];", 3, "p[1] is read before it is assigned"),
        ("p[1] =", "p[0] =", 4, "p[0] is assigned already, or is no wire and no bit of p"),
        ("p[1] =", "p[2] =", 4, "p[2] is assigned already, or is no wire and no bit of p"),
        ("p[1] =", "a[1] =", 4, "a[1] is assigned already, or is no wire and no bit of p"),
        ("assign p[1] = a[1];\n", "", 4, "p[1] is never assigned"),
        ("= n;", "= (n;", 3, "expected ), not ;"),
        ("= n;", "= " + "~" * 101 + "n;", 3, "an expression must nest at most 100 deep"),
        ("= n;", "= " + "(" * 101 + "n;", 3, "an expression must nest at most 100 deep"),
        ("= n;", "= 2;", 3, "expected a name, not 2"),
        ("endmodule\n", "", 5, "expected assign or wire or endmodule, not the end of the file"),
        (
            "endmodule\n",
            "endmodule\nmodule k",
            6,
            "expected nothing after the module, not module",
        ),
    ],
)
def test_anything_else_is_refused_with_line_and_rule(old, new, line, rule):
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    with pytest.raises(SpecError, match=f"^netlist m.v line {line}: {re.escape(rule)}$"):
        parse_gates(text, "m.v")
