"""The whole way, with few multipliers and one image, and the commands on what it wrote."""

import json
import re
import shutil

import pytest

from hwgen import api
from hwgen.cli import main
from hwgen.output import folder_kind

CANDIDATES = ("exact", "precision_6x6", "scalable_a3")


@pytest.fixture(scope="module")
def synthesized():
    """What synthesis returned to the demo: it is too slow to do twice."""
    return []


@pytest.fixture(scope="module")
def demo(tmp_path_factory, synthesized):
    """Folder that ``hwgen demo`` wrote."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    synthesize = api.synthesize

    def recorded(*args):
        synthesized.append(synthesize(*args))
        return synthesized[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hwgen.api.synthesize", recorded)
        patch.setattr("hwgen.figures.candidates.shortlist", lambda: CANDIDATES)
        patch.setattr("hwgen.figures.candidates.PRECISION", ())
        patch.setattr("hwgen.commands.demo.BUDGET", 20)
        patch.setattr("hwgen.commands.demo.IMAGES", 1)
        assert main(["demo", "-o", str(folder)]) == 0
    return folder


@pytest.fixture
def build(demo, tmp_path):
    """A copy of its build, to be changed."""
    return shutil.copytree(demo / "build", tmp_path / "build")


def test_the_folder_holds_every_result(demo):
    assert sorted(path.name for path in demo.iterdir()) == [
        "build",
        "digits.study",
        "front.svg",
        "manifest.json",
        "report.html",
        "report.json",
        "summary.json",
        "summary.txt",
    ]
    assert (folder_kind(demo), folder_kind(demo / "build")) == ("demo", "build")


def test_the_summary_says_what_was_saved_and_proven(demo):
    figures = json.loads((demo / "summary.json").read_text())
    exact, precision, pick = (figures["designs"][x] for x in ("exact", "precision", "pick"))
    assert figures["test_images"] == 360
    assert exact["multiplier"] == "exact"
    assert precision["multiplier"] in CANDIDATES  # all only shorten operands
    assert pick["multiplier_energy_pj"] < exact["multiplier_energy_pj"]
    assert precision["multiplier_energy_pj"] < exact["multiplier_energy_pj"]
    assert (figures["simulated_images"], figures["mismatches"]) == (1, 0)
    assert figures["tensors_compared"] == 9  # of one image, itself included


def test_the_summary_fits_a_terminal(demo):
    lines = (demo / "summary.txt").read_text().splitlines()
    assert max(map(len, lines)) <= 110
    assert lines[-1].endswith("compared bit for bit, 0 mismatches")


def test_the_report_holds_what_was_found(demo):
    report = json.loads((demo / "report.json").read_text())
    assert report["simulation"]["mismatches"] == 0
    assert set(report["synthesis"]["arrays"]) == {"exact", "precision", "pick"}
    assert (demo / "front.svg").read_text().lstrip().startswith("<svg")


def test_a_mismatch_is_exit_1(build, capsys):
    verilog = build / "accelerator.v"
    text = verilog.read_text()
    pe = text.index("\nmodule pe(")
    broken, count = re.subn(r" \+ ", " - ", text[pe:], count=1)
    assert count == 1
    verilog.write_text(text[:pe] + broken)
    assert main(["simulate", str(build), "--images", "1"]) == 1
    printed = capsys.readouterr().out
    assert ": 1 mismatches\n" in printed
    assert "first mismatch: image 0: " in printed


@pytest.fixture
def quick(monkeypatch, synthesized):
    """Synthesis returns what it returned to the demo."""
    monkeypatch.setattr("hwgen.api.synthesize", lambda build, technology: synthesized[0])


@pytest.mark.usefixtures("quick")
def test_synthesis_can_be_read_by_machines(build, capsys):
    assert main(["synth", str(build), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == json.loads((build / "synthesis.json").read_text())


@pytest.mark.usefixtures("quick")
def test_synthesis_is_shown_as_tables(build, capsys):
    assert main(["synth", str(build)]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 110
    assert re.search(r"^precision alone +\w+ ", printed, re.MULTILINE)
