"""A study on the command line."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hwgen.cli import main
from hwgen.mapping.study.study import Study
from hwgen.network import digits
from tests.mapping.study.processes import wait_for

MODEL, DATA = str(digits.model_path()), str(digits.data_path())
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def few(monkeypatch):
    """A small catalogue to search in."""
    names = ("exact", "precision_6x6", "scalable_a3")
    monkeypatch.setattr("hwgen.figures.candidates.shortlist", lambda: names)
    monkeypatch.setattr("hwgen.figures.candidates.PRECISION", ())


@pytest.mark.usefixtures("few")
def test_a_study_is_written_and_summed_up_and_goes_on(tmp_path, capsys):
    path = tmp_path / "study"
    args = ["explore", MODEL, "--data", DATA, "--max-drop", "2", "--arch", "2x2", "--seed", "3"]
    args += ["--workers", "1", "--budget", "12", "-o", str(path)]
    assert main([*args, "--method", "greedy"]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 110
    assert re.search(r"^exact +exact +100\.0 ", printed, re.MULTILINE)
    study = Study.open(path)
    assert study.methods == ("precision", "greedy")
    assert (study.facts["max_drop"], study.facts["seed"], study.spec.rows) == (2.0, 3, 2)
    assert len(study.parts.labels) == study.facts["calibration_images"] == 400
    assert study.exact.test.images == 360
    assert study.readings == 1
    before = study.ledger.count
    assert main([*args, "--method", "greedy"]) == 0
    assert capsys.readouterr().out == printed
    assert (study.ledger.count, study.readings) == (before, 1)
    assert main([*args, "--method", "uniform", "--method", "random"]) == 0
    assert study.methods == ("precision", "greedy", "uniform", "random")


def test_an_interrupt_keeps_what_was_found(tmp_path):
    path = tmp_path / "stopped.study"
    code = (
        "import signal, sys; from hwgen.figures import candidates; from hwgen.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "candidates.shortlist = lambda: ('exact', 'precision_6x6', 'scalable_a3')\n"
        "candidates.PRECISION = ()\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    args = ["explore", MODEL, "--data", DATA, "--method", "random", "--workers", "2", "-o", path]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *args],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(path, 5, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    count = Study.open(path).ledger.count
    assert count >= 5
    assert err == (
        f"hwgen: interrupted; {count} answers are kept in {path}, and the same command goes on\n"
    )


def test_a_build_is_generated_within_the_drop(study, tmp_path, capsys):
    path = tmp_path / "build"
    assert main(["generate", str(study), "--pick", "max-drop=0", "-o", str(path)]) == 0
    assert capsys.readouterr().out.startswith(f"{path}: 4x4 array of ")
    assert (path / "accelerator.v").is_file()


def test_a_report_names_its_files(study, tmp_path, capsys):
    page = tmp_path / "report.html"
    assert main(["report", str(study), "-o", str(page)]) == 0
    assert capsys.readouterr().out == f"{page} and {tmp_path / 'report.json'}\n"
