"""What README.md promises holds."""

import re
import shlex
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from hwgen import api
from hwgen.commands.arguments import COMMANDS, parser

CHECKOUT = Path(__file__).resolve().parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_table_is_that_of_a_run():
    assert blocks("text") == [(CHECKOUT / "docs" / "summary.txt").read_text(encoding="utf-8")]


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (CHECKOUT / link).exists()] == []


def test_the_set_up_commands_are_targets_of_the_makefile():
    targets = re.findall(r"^make (\w+)", blocks("sh")[0], re.MULTILINE)
    assert targets == ["demo", "test"]
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    assert [target for target in targets if f"\n{target}:" not in makefile] == []


def test_every_command_is_shown_as_it_is_typed():
    lines = [shlex.split(line, comments=True) for line in blocks("sh")[1].splitlines()]
    requests = [parser("").parse_args(words[1:]) for words in lines]
    assert {request.command for request in requests} == set(COMMANDS)


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    few = ("exact", "precision_6x6", "scalable_a3")
    monkeypatch.setattr("hwgen.figures.candidates.shortlist", lambda: few)
    for name in ("simulate", "synthesize"):  # slow, and run by the test of the demo
        monkeypatch.setattr(api, name, create_autospec(getattr(api, name)))
    (example,) = blocks("python")
    exec(compile(example, "README.md", "exec"), {})
    accuracy, chosen, mapped, _, _ = capsys.readouterr().out.splitlines()
    assert float(accuracy) - float(mapped) < 2
    assert 0 < float(chosen.split()[-1]) <= 1
    assert api.simulate.call_args.kwargs == {"images": 1}
    assert {path.name for path in tmp_path.iterdir()} == {
        "digits-build",
        "digits.html",
        "digits.json",
        "digits.study",
    }


@pytest.mark.parametrize("name", ["README.md", "CHANGES.md", "LICENSE", "Makefile"])
def test_the_top_level_names_no_place_of_one_machine(name):
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    assert re.findall(r"/(?:home|root|work|tmp)/\S*", text) == []
