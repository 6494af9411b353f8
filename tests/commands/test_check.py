"""Checks on the command line."""

import json
import shutil

import pytest

from hwgen.checks import toggles
from hwgen.cli import main


@pytest.mark.tool
def test_toggles_are_compared(capsys):
    assert main(["check", "toggles", "precision_4x4"]) == 0
    out = capsys.readouterr().out
    assert out.endswith("\n1 of 1 toggle as in Icarus Verilog, net by net (hwgen_generic).\n")


@pytest.mark.tool
def test_a_disagreement_is_exit_code_1(capsys, monkeypatch):
    monkeypatch.setattr(toggles, "_counts", lambda dump: {})
    assert main(["check", "toggles", "precision_4x4", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    (result,) = document["results"]
    assert not result["agrees"]
    assert result["nets_that_differ"] == result["nets"] > 100


@pytest.mark.tool
def test_several_are_proven_and_counted(capsys):
    assert main(["check", "equivalence", "precision_4x4", "exact", "--pe"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:4]] == ["precision_4x4", "exact"]
    assert lines[-1] == "2 of 2 netlists proven equivalent to their RTL (hwgen_generic)."


@pytest.mark.tool
@pytest.mark.skipif(shutil.which("sta") is None, reason="OpenSTA is not installed")
def test_timing_and_power_are_compared(capsys):
    assert main(["check", "sta", "precision_4x4", "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["STA_delay_percent"] == 0
    assert result["STA_internal_percent"] == 0
    factor = result["internal_pJ"] / result["own_internal_pJ"]
    assert result["own_internal_percent"] == pytest.approx(100 * (factor - 1), abs=0.01)
    assert main(["check", "sta", "precision_4x4"]) == 0
    out = capsys.readouterr().out
    assert f"what characterize counts: OpenSTA has\n{factor:.2f} times that." in out
    assert out.endswith("hwgen's own is not held to it (hwgen_generic).\n")


@pytest.mark.parametrize(("args", "given"), [([], "neither"), (["exact", "--all"], "both")])
def test_names_or_all_have_to_be_given(capsys, args, given):
    assert main(["check", "toggles", *args]) == 2
    line = f"hwgen: check must be given either names or --all, not {given}\n"
    assert capsys.readouterr().err == line
