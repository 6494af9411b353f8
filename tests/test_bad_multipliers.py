"""Mistakes around multipliers: names, imports, exports. Each is one line and costs nothing."""

import re

import pytest

IMPORT = ("--a", "A", "--w", "B", "--out", "O", "-o", "mine.v")
MODULE = "module m(input [7:0] A, B, output [15:0] O); assign O = A * B; endmodule\n"


@pytest.mark.parametrize("command", ["multipliers show", "characterize"])
def test_an_unknown_multiplier(refused, command):
    assert refused(*command.split(), "qqq") == (
        "no multiplier is called 'qqq'; hwgen multipliers lists all"
    )
    line = refused(*command.split(), "exakt")
    assert re.fullmatch(
        r"no multiplier is called 'exakt', but exact, \w+, \w+ are; hwgen multipliers lists all",
        line,
    )


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            MODULE.replace("assign O", "reg l; always @* if (A[0]) l = B[0]; assign O"),
            "must be combinational, not hold a latch (line 1)",
        ),
        (MODULE.replace("A, B", "A, B, clk"), "must have no ports but A, B and O, not clk"),
        (MODULE.replace("[7:0]", "[8:0]"), "port A must be 4 to 8 bits wide, not 9"),
        (MODULE.replace("A", "X"), "must have a port A, not only X, B, O"),
        (
            MODULE + MODULE.replace("module m", "module n"),
            "must have one module that no other uses, or --top, not m, n",
        ),
    ],
    ids=["latch", "extra port", "width", "missing port", "two modules"],
)
def test_verilog_that_is_no_multiplier(refused, tmp_path, text, rule):
    (tmp_path / "source.v").write_text(text)
    line = refused("multipliers", "import", "source.v", *IMPORT)
    assert line == f"Verilog source.v {rule}"


def test_an_import_in_the_place_of_another_file(refused, tmp_path):
    (tmp_path / "mine.v").write_text(MODULE)
    assert refused("multipliers", "import", "mine.v", *IMPORT) == (
        "output mine.v must be new or an imported multiplier, but it is another file"
    )
    assert refused("multipliers", "import", "mine.v", *IMPORT[:-1], "mine.txt") == (
        "output must be a file that ends in .v, not mine.txt"
    )


@pytest.mark.parametrize("form", ["npy", "c", "verilog"])
def test_an_export_in_the_place_of_another_file(refused, tmp_path, form):
    (tmp_path / "thesis").write_text("years of work")
    line = refused("multipliers", "export", "exact", "--format", form, "-o", "thesis")
    assert line.startswith("output thesis must be new or ")


def test_an_export_of_a_mode_that_is_not_there(refused):
    args = ("multipliers", "export", "exact", "--format", "npy", "--mode", "1", "-o", "out")
    assert refused(*args) == "multiplier exact mode must be an integer from 0 to 0, not 1"


def test_kinds_that_no_multiplier_has(refused):
    line = refused("multipliers", "--kinds", "u8")
    assert re.fullmatch(r"listing kinds must be one of (\w+, )*\w+, not 'u8'", line)


@pytest.mark.parametrize("command", ["characterize", "multipliers show"])
def test_operands_that_are_too_wide_for_a_table(refused, command):
    line = refused(*command.split(), "ExactBooth(a_kind=u16, w_kind=s16)")
    assert line == "ExactBooth operands must have at most 20 bits together to be tabulated, not 32"
