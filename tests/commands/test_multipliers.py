import json
import re

import numpy as np
import pytest

from hwgen.arith.catalogue import CATALOGUE, find
from hwgen.arith.metrics import measure
from hwgen.arith.netlist.netlist import Netlist
from hwgen.cli import main

VERILOG = """module mine(input [7:0] B, A, output [15:0] O);
  assign O = A * B & 16'hfff0;
endmodule
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A Verilog file that somebody wrote, in the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.v").write_text(VERILOG)
    return tmp_path / "mine.v"


def take_in(*options, output="taken.v"):
    ports = ["--a", "A", "--w", "B", "--out", "O"]
    return main(["multipliers", "import", "mine.v", *ports, *options, "-o", output])


def test_every_multiplier_is_listed_among_its_kinds(capsys):
    assert main(["multipliers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    kinds, listed = None, {}
    for line in lines[: lines.index("Names")]:
        if line.endswith(" multipliers"):
            kinds = line.partition(":")[0]
        elif line and line.split()[0] in CATALOGUE:
            listed[line.split()[0]] = kinds
    assert listed == {name: f"{x.a_kind.name}x{x.w_kind.name}" for name, x in CATALOGUE.items()}
    assert max(map(len, lines)) <= 110


def test_the_listing_is_narrowed_by_kinds(capsys):
    assert main(["multipliers", "--kinds", "u8xu8", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [x["name"] for x in listed] == [x for x in CATALOGUE if x.endswith("_u8")]
    assert {(x["a_kind"], x["w_kind"]) for x in listed} == {("u8", "u8")}


def test_of_many_modes_the_first_and_the_last_are_listed(capsys, monkeypatch):
    steps = find("truncated_steps")
    names = tuple(f"m{i}" for i in range(9))
    monkeypatch.setattr(type(steps), "modes", property(lambda _: names))
    monkeypatch.setattr("hwgen.commands.multipliers.measure", lambda _, __: measure(steps, 0))
    monkeypatch.setattr("hwgen.commands.multipliers.CATALOGUE", {"steps": steps})
    assert main(["multipliers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [x.split()[1:3] for x in lines if x.startswith("steps")] == [["0", "m0"], ["8", "m8"]]


def test_the_list_can_be_read_by_machines(capsys):
    assert main(["multipliers", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [item["name"] for item in listed] == list(CATALOGUE)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_multiplier_can_be_shown(capsys, name):
    assert main(["multipliers", "show", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{name}: ")
    assert max(map(len, lines)) <= 110


@pytest.mark.parametrize("args", [["show", "exact", "--json"], ["--json", "show", "exact"]])
def test_one_can_be_read_by_machines(capsys, args):
    assert main(["multipliers", *args]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "exact"


def test_an_import_is_written_and_told(mine, capsys):
    assert take_in("--name", "own") == 0
    netlist = Netlist.load(mine.with_name("taken.v"))
    assert netlist.name == "own"
    codes = np.arange(256)
    assert np.array_equal(netlist.table(), np.multiply.outer(codes, codes) & 0xFFF0)
    told = capsys.readouterr().out
    kinds = "activation u8, weight u8, product u16"
    assert told.startswith(f"taken.v: own, {len(netlist.gates)} gates, {kinds}\n")
    assert told.endswith("\nzero-preserving: yes, commutative: yes\n")
    assert f" {measure(netlist).mae:.4g} " in told


def test_a_doubtful_import_is_warned_about(mine, capsys):
    assert take_in("--signed") == 0
    assert "\nWARNING: the mean absolute error is" in capsys.readouterr().out
    mine.write_text(VERILOG.replace("hfff0", "h0"))
    assert take_in() == 0
    assert "\nWARNING: every product is 0" in capsys.readouterr().out


def test_an_operand_can_be_signed_alone(mine, capsys):
    assert take_in("--w-signed") == 0
    assert Netlist.load(mine.with_name("taken.v")).w_kind.name == "s8"
    assert take_in("--a-signed") == 0
    assert Netlist.load(mine.with_name("taken.v")).a_kind.name == "s8"
    assert capsys.readouterr().err == ""


def test_an_import_says_where_it_comes_from(mine):
    strange = mine.rename(mine.with_name("mine\nof.v"))
    ports = ["--a", "A", "--w", "B", "--out", "O"]
    assert main(["multipliers", "import", str(strange), *ports, "-o", "taken.v"]) == 0
    lines = mine.with_name("taken.v").read_text().splitlines()
    assert lines[0].startswith("// Imported by hwgen ")
    assert lines[0].endswith(" from mine?of.v")
    assert lines[2].startswith("// a is A, w is B, p is O.")
    Netlist.load(mine.with_name("taken.v"))


@pytest.mark.parametrize("form", ["npy", "c", "verilog"])
def test_an_export_is_written_and_may_be_written_again(mine, capsys, form):
    command = ["multipliers", "export", "truncated_6", "--format", form, "-o", "out"]
    assert main(command) == main(command) == 0
    size = mine.with_name("out").stat().st_size
    assert capsys.readouterr().out == f"out: truncated_6 as {form}, {size} bytes\n" * 2
    if form == "npy":
        table = np.load(mine.with_name("out"))
        assert np.array_equal(table, find("truncated_6").table())


def test_one_mode_can_be_exported(mine):
    command = ["multipliers", "export", "truncated_steps", "--format", "npy", "--mode", "2"]
    assert main([*command, "-o", "out"]) == 0
    assert np.array_equal(np.load(mine.with_name("out")), find("truncated_steps").table(2))


@pytest.mark.parametrize(("form", "output"), [("npy", "x.npy"), ("c", "x.h"), ("verilog", "x.v")])
def test_a_file_of_the_user_is_not_replaced(mine, capsys, form, output):
    place = mine.with_name(output)
    np.save(mine.with_name("x.npy"), np.arange(4))
    mine.with_name("x.h").write_text("/*\n * Products of the multiplier */\n")
    mine.with_name("x.v").write_text("// Generated by hwgen. Do not edit.\n")  # a build's
    before = place.read_bytes()
    assert main(["multipliers", "export", "exact", "--format", form, "-o", output]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"hwgen: output {output} must be new or ")
    assert told.count("\n") == 1
    assert place.read_bytes() == before


def test_one_is_shown_with_what_its_figures_mean(capsys):
    assert main(["multipliers", "show", "truncated_6_u8"]) == 0
    lines = capsys.readouterr().out.splitlines()
    error = measure(find("truncated_6_u8"))
    header, row = (line.split() for line in (lines[3], lines[5]))
    assert header[-4:] == ["NMED", "%", "zero-preserving", "commutative"]
    assert row[-3:] == [f"{100 * error.nmed:.4g}", "yes", "yes"]
    assert sum(line.startswith("Error = exact - approximate") for line in lines) == 1
    assert "False" not in lines[0]


def test_the_listing_explains_the_names_that_it_lists(capsys):
    assert main(["multipliers", "--kinds", "u8xs8"]) == 0
    legend = capsys.readouterr().out.partition("\nNames\n")[2]
    named = set(re.findall(r"\b[a-z]+_(?:booth_)?[a-z]?\d\w*", legend))
    assert len(named) > 8
    assert named - set(CATALOGUE) == set()
