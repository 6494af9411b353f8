"""Verilog that has no table of products is refused in one line that says why."""

import os
import re

import pytest

from hwgen.arith.catalogue import find
from hwgen.errors import HwgenError, SpecError
from hwgen.exchange import elaboration, logic
from hwgen.exchange.export import export
from hwgen.exchange.verilog_import import Ports, Source, import_verilog
from hwgen.flow.tool import ToolFailure

AWP = Ports(a="a", w="w", out="p")
HEADER = "module m(input [3:0] a, w, output [7:0] p);\n"


def refusal(text, ports=AWP, **options):
    with pytest.raises(SpecError) as caught:
        import_verilog(Source("x.v", text), ports, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (
            "reg l; always @* if (a[3]) l = w[2];\nassign p = l;",
            r"must be combinational, not hold a latch \(line 2\)",
        ),
        (
            "reg f;\nalways @(posedge a[0]) f <= w[0]; assign p = f;",
            r"must be combinational, not hold a flip-flop \(line 3\)",
        ),
        (
            "reg [7:0] rom [0:255]; initial rom[3] = 1; assign p = rom[{a, w}];",
            r"must be combinational, not hold a memory \(line 2\)",
        ),
        (
            "wire x, y; assign x = y & a[0]; assign y = x | w[0]; assign p = x;",
            r"must be combinational, not have a loop through [xy] \(line 2\)",
        ),
        (
            "wire x, y; assign x = y & a[0]; assign y = x | w[0]; assign p = a * w;",
            r"must be combinational, not have a loop through [xy] \(line 2\)",
        ),
        ("wire u; assign p = {a, w[3:1], u};", r"must drive every net, but nothing drives u"),
        ("assign p[6:0] = 0;", r"must drive every net, but nothing drives p\[7\]"),
        ("assign p = typo;", r"must drive every net, but nothing drives typo"),
        (
            "assign p = a; assign p[2:0] = w;",
            r"must drive every net once, not by port w\[\d\] and port a\[\d\] at a time",
        ),
        (
            "assign p = a & w; assign p[0] = 1'b0;",
            r"must drive every net once, not by a constant 0 and an expression \(line 2\) .*",
        ),
        (
            "assign p = a[3] ? 8'bz : w;",
            r"must give a known product .*, but p\[0\] is x for a = 8, w = 0",
        ),
        (
            "assign p = w[1:0] == 3 ? 8'b0x00 : a;",
            r"must give a known product .*, but p\[2\] is x for a = 0, w = 3",
        ),
        ("assign p = a / w;", r"must give a known product .*, but p is x for a = 0, w = 0"),
        ("sub s(a, w, p);", r"must hold the module sub, which m uses"),
        ("assign p = a * ;", r"must be Verilog that Yosys reads, but line 2: syntax error, .*"),
        (
            'reg [7:0] r [0:255]; initial $readmemh("none.hex", r); assign p = r[{a, w}];',
            r"must be Verilog that Yosys reads, but line 2: Can not open file `none.hex` .*",
        ),
        ('`include "there.v"\n', r"must be Verilog that Yosys reads, but .*there\.v.*"),
    ],
)
def test_bodies(body, rule):
    assert re.fullmatch(f"Verilog x.v {rule}", refusal(f"{HEADER}{body}\nendmodule\n"))


@pytest.mark.parametrize(
    ("ports", "rule"),
    [
        (
            "input [15:0] a, input [7:0] w, output [23:0] p",
            "port a must be 4 to 8 bits wide, not 16",
        ),
        ("input [7:0] a, input [2:0] w, output [10:0] p", "port w must be 4 to 8 bits wide, not 3"),
        ("input [7:0] a, w, output [7:0] p", "port p must be 16 to 32 bits wide, not 8"),
        ("input [7:0] a, w, output [32:0] p", "port p must be 16 to 32 bits wide, not 33"),
        ("input [7:0] A, w, output [15:0] p", "must have a port a, not only A, w, p"),
        (
            "input [7:0] a, output [7:0] w, output [15:0] p",
            "port w must be an input, not an output",
        ),
        ("input [7:0] a, w, input [15:0] p", "port p must be an output, not an input"),
        ("input [7:0] a, w, inout [15:0] p", "port p must be an output, not an inout"),
        (
            "input [7:0] a, w, input clk, output [15:0] p, output carry",
            "must have no ports but a, w and p, not clk, carry",
        ),
    ],
)
def test_ports(ports, rule):
    assert refusal(f"module m({ports}); endmodule") == f"Verilog x.v {rule}"


def test_a_module_without_ports():
    assert refusal("module m; endmodule") == "Verilog x.v must have a port a, not only none"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "must hold a module, but holds none"),
        ("// only a comment\n", "must hold a module, but holds none"),
        (
            "module m; endmodule module n; endmodule",
            "must have one module that no other uses, or --top, not m, n",
        ),
        (
            "module m; n n(); endmodule module n; m m(); endmodule",
            "must have one module that no other uses, or --top, not m, n",
        ),
        (
            r"module \odd-name ; endmodule",
            "must have a top module with a plain name, not 'odd-name'",
        ),
    ],
)
def test_modules(text, rule):
    assert refusal(text) == f"Verilog x.v {rule}"


def test_a_top_that_is_not_there():
    assert re.fullmatch(
        r"Verilog x.v must be Verilog that Yosys reads, but Module `other' not found",
        refusal("module m; endmodule", top="other"),
    )


def test_a_box_without_content():
    text = "(* blackbox *) module box(input x, output y); endmodule\n"
    body = "box b(a[0], p[0]); assign p[7:1] = 0; endmodule"
    assert refusal(text + HEADER + body, top="m") == (
        "Verilog x.v must be combinational, not hold b, a cell of the kind box (line 3)"
    )


@pytest.mark.parametrize("name", ["a; exec rm", "", "8a", "a b", "a\n", "ä"])
def test_names_that_are_no_words_of_a_script(name):
    with pytest.raises(SpecError, match=r"^port must be a plain Verilog name, not "):
        Ports(a=name, w="w", out="p")
    assert refusal("", top=name) == f"top module must be a plain Verilog name, not {name!r}"
    rule = "of letters, digits and _, the first no digit"
    assert refusal("", name=name) == f"name must be a plain name {rule}, not {name!r}"


@pytest.mark.parametrize("name", ["module", "wire", "int", "logic", "int16_t", "_Bool"])
def test_keywords_are_no_names(name):
    rule = f"must be no keyword of Verilog or C, not {name}"
    assert refusal("", name=name) == f"name {rule}"
    with pytest.raises(SpecError, match=f"^export name {rule}; hwgen multipliers import --name "):
        export(name, find("exact"), "c")


@pytest.mark.parametrize("name", ["int", "a$b"])
def test_a_module_whose_name_is_of_no_use_gets_another(name):
    text = HEADER.replace("m(", f"{name}(") + "assign p = a * w; endmodule"
    said = refusal(text)
    assert said.startswith("Verilog x.v name of the module must be ")
    assert said.endswith(f"not {name!r}; --name gives another".replace("'int'", "int"))
    assert import_verilog(Source("x.v", text), AWP, name="m").name == "m"


def test_clocks():
    text = """module m(input [3:0] a, w, input clk, rst, output reg [7:0] p);
      always @(posedge clk) if (rst) p <= 0; else p <= a * w;
    endmodule"""
    assert refusal(text) == "Verilog x.v must be combinational, not clocked by port clk"


def test_one_port_for_two_things():
    with pytest.raises(SpecError, match=r"^ports a, w and out must be three, not a, a, p$"):
        Ports(a="a", w="a", out="p")


def test_too_many_gates(monkeypatch):
    monkeypatch.setattr(logic, "LARGEST", 10)
    assert refusal(f"{HEADER}assign p = a * w; endmodule") == (
        "Verilog x.v must need at most 10 gates, but needs more"
    )


def test_verilog_that_never_ends(monkeypatch, tmp_path):
    monkeypatch.setattr(elaboration, "LIMIT_S", 0.01)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert refusal(f"{HEADER}assign p = a * w; endmodule") == (
        "Verilog x.v must be Verilog that Yosys is done with in 0.01 s, but it gave up"
    )
    assert list(tmp_path.iterdir()) == []


def test_verilog_that_yosys_crashes_on(monkeypatch, tmp_path):
    log = tmp_path / "run" / "yosys.log"
    log.parent.mkdir()
    log.write_text("Parsing Verilog input\n")

    def crash(*args, **options):
        raise ToolFailure("crashed", log)

    monkeypatch.setattr(elaboration, "run_yosys", crash)
    assert refusal(HEADER) == "Verilog x.v must be Verilog that Yosys reads, but it crashed"


def test_files_that_are_no_text(tmp_path):
    special = "must be a regular file, not a pipe or a device"
    os.mkfifo(tmp_path / "pipe.v")
    (tmp_path / "binary.v").write_bytes(b"module\0")
    (tmp_path / "long.v").write_bytes(b" " * ((1 << 20) + 1))
    for path, rule in (
        (tmp_path / "binary.v", "must be text, but holds a NUL as byte 6"),
        (tmp_path / "long.v", "must be at most 1048576 bytes, but is longer"),
        (tmp_path / "none.v", "cannot be read: No such file or directory"),
        (tmp_path, "must be a file, not a folder"),
        ("/dev/zero", special),
        (tmp_path / "pipe.v", special),
    ):
        with pytest.raises(HwgenError, match=f"^Verilog {path} {re.escape(rule)}$"):
            Source.read(type(tmp_path)(path))


def test_comments_may_be_in_any_encoding(tmp_path):
    (tmp_path / "latin.v").write_bytes("// Mrázek\n".encode("latin-1"))
    assert Source.read(tmp_path / "latin.v").text == "// Mr\ufffdzek\n"
