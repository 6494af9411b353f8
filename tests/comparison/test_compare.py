"""A small plan on the digits network, from the command line to the document."""

import json
import re
import shutil

import pytest

from hwgen.cli import main
from hwgen.mapping.study.study import Study
from hwgen.network import digits

PLAN = """
title = "Digits"

[search]
budget = 10
images = 120
limits = [1.0, 5.0]
default = "greedy"

[models.digits]
title = "Digits"

[[studies]]
name = "small"
model = "digits"
arch = "2x2"
methods = ["uniform", "greedy"]
multipliers = ["scalable_a3"]
ablation = true
arrays = []

[[published]]
work = "Somebody"
theirs = "54 %"
study = "small"
limit = 5.0
method = "uniform"
"""
FILES = ("--model", f"digits={digits.model_path()}", "--data", f"digits={digits.data_path()}")


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Folder with a plan and what came of it."""
    folder = tmp_path_factory.mktemp("compared")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hwgen.figures.candidates.shortlist", lambda: ("exact", "precision_6x6"))
        assert main(command(folder)) == 0
    return folder


def command(folder, *options, plan="plan.toml"):
    return ["compare", str(folder / plan), *FILES, "-o", str(folder / "out"), "--workers", "1",
            *options]  # fmt: skip


def results_of(folder):
    return json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))


def test_figures_are_those_of_the_study(compared):
    study = Study.open(compared / "out" / "small.study")
    figures = results_of(compared)["studies"]["small"]
    assert {"uniform", "greedy"} <= set(figures["methods"])
    for name, method in figures["methods"].items():
        assert method["questions"] == len(study.answers(name)) <= 10
        for limit, pick in method["picks"].items():
            point = study.pick(float(limit), name)
            assert pick["mapping"] == point.mapping.digest
            assert pick["drop_bound"] == point.drop.bound <= float(limit)
            assert pick["test_drop"] == point.test.drop
        assert 0 <= method["hypervolume_tenth"] <= method["hypervolume"] <= 1
    operations = sum(layer.operations for layer in study.network.convolutions)
    assert figures["full_cost"] == 10 * 120 * operations


def test_corrections_are_ablated_on_the_same_multipliers(compared):
    rows = results_of(compared)["studies"]["small"]["ablation"]
    names = [x["corrections"] for x in rows]
    assert {"none", "bias update", "joint tuning", "all"} <= set(names)
    assert len(names) == len(set(names)) * len({(x["method"], x["limit"]) for x in rows})
    by_name = {x["corrections"]: x for x in rows if x["limit"] == rows[0]["limit"]}
    assert by_name["none"]["energy"] == by_name["bias update"]["energy"]


def test_the_document_names_what_is_there(compared):
    text = (compared / "out" / "results.md").read_text(encoding="utf-8")
    pictures = re.findall(r"\((results-[^)]*\.svg)\)", text)
    assert len(pictures) == 2
    assert all((compared / "out" / name).is_file() for name in pictures)
    assert "--model digits=digits.onnx --data digits=digits.npz" in text
    assert str(compared) not in text
    assert "| Somebody | 54 % | small | 5 points |" in text


def test_the_same_command_goes_on_and_changes_nothing(compared, tmp_path, monkeypatch):
    shutil.copytree(compared, tmp_path, dirs_exist_ok=True)
    before = results_of(tmp_path)

    def refuse(*args):
        raise AssertionError("an answer that was known must not be sought again")

    monkeypatch.setattr("hwgen.mapping.problem.Problem.answer", refuse)
    monkeypatch.setattr("hwgen.figures.candidates.shortlist", lambda: ("exact", "precision_6x6"))
    assert main(command(tmp_path)) == 0
    assert results_of(tmp_path) == before


def test_another_plan_wants_another_folder(compared, tmp_path, capsys):
    shutil.copytree(compared, tmp_path, dirs_exist_ok=True)
    (tmp_path / "plan.toml").write_text(PLAN.replace("budget = 10", "budget = 11"), "utf-8")
    assert main(command(tmp_path)) == 2
    assert "must be a comparison by the same plan" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "big"], "plan must have a study 'big'; known: small"),
        (["--model", "nothing"], "--model must be NAME=PATH, not nothing"),
        (["--model", "digits=x"], "--model must be given once for digits, not twice"),
        (["--model", "other=x"], "--data must be given for model other, too"),
        (["--test", "other=x"], "--model must be given for other, too"),
    ],
)
def test_mistakes_are_one_line(tmp_path, capsys, options, message):
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    assert main(command(tmp_path, *options)) == 2
    assert capsys.readouterr().err == f"hwgen: {message}\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"greedy"]', '"greedily"]', "no search method is called 'greedily'; "),
        (
            "ablation = true",
            'query = "often"',
            "query must have 'never', 'at' or 'average' at column 1",
        ),
    ],
)
def test_mistakes_of_the_plan_are_told_before_the_work(tmp_path, capsys, old, new, message):
    (tmp_path / "plan.toml").write_text(PLAN.replace(old, new, 1), encoding="utf-8")
    assert main(command(tmp_path)) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_of_others_stays_as_it_is(tmp_path, capsys):
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    assert main(command(tmp_path)) == 2
    assert "must be new, empty or a comparison made by hwgen" in capsys.readouterr().err
    assert [x.name for x in (tmp_path / "out").iterdir()] == ["notes.txt"]
