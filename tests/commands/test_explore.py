"""A study on the command line."""

import re

import pytest

from hwgen.cli import main
from hwgen.mapping.study import Study
from hwgen.network import digits

MODEL, DATA = str(digits.model_path()), str(digits.data_path())


@pytest.fixture
def few(monkeypatch):
    """A small catalogue to search in."""
    names = ("exact", "precision_6x6", "scalable_a3")
    monkeypatch.setattr("hwgen.figures.candidates.shortlist", lambda: names)


@pytest.mark.usefixtures("few")
def test_a_study_is_written_and_summed_up(tmp_path, capsys):
    path = tmp_path / "study"
    args = ["--method", "greedy", "--max-drop", "2", "--arch", "2x2", "--seed", "3"]
    assert main(["explore", MODEL, "--data", DATA, *args, "-o", str(path)]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 110
    assert re.search(r"^exact +exact +100\.0 ", printed, re.MULTILINE)
    study = Study.open(path)
    assert (study.exploration.method, study.exploration.max_drop) == ("greedy", 2.0)
    assert (study.exploration.seed, study.spec.rows) == (3, 2)


def test_a_build_is_generated_within_the_drop(study, tmp_path, capsys):
    path = tmp_path / "build"
    assert main(["generate", str(study), "--pick", "max-drop=0", "-o", str(path)]) == 0
    assert capsys.readouterr().out.startswith(f"{path}: 4x4 array of ")
    assert (path / "accelerator.v").is_file()


def test_a_report_names_its_files(study, tmp_path, capsys):
    page = tmp_path / "report.html"
    assert main(["report", str(study), "-o", str(page)]) == 0
    assert capsys.readouterr().out == f"{page} and {tmp_path / 'report.json'}\n"
