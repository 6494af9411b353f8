import json

import pytest

from hwgen.arith.catalogue import CATALOGUE
from hwgen.cli import main


def test_every_multiplier_is_listed(capsys):
    assert main(["multipliers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert list(dict.fromkeys(line.split()[0] for line in lines[2:])) == list(CATALOGUE)
    assert max(map(len, lines)) <= 110


def test_the_list_can_be_read_by_machines(capsys):
    assert main(["multipliers", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [item["name"] for item in listed] == list(CATALOGUE)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_multiplier_can_be_shown(capsys, name):
    assert main(["multipliers", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{name}: ")
    assert max(map(len, lines)) <= 110


def test_an_unknown_multiplier_is_one_line(capsys):
    assert main(["multipliers", "nope"]) == 2
    printed = capsys.readouterr()
    known = ", ".join(CATALOGUE)
    assert printed.err == f"hwgen: no multiplier is called 'nope'; known: {known}\n"
