"""The catalogue: names, descriptions, and how long it takes to import."""

import re
import subprocess
import sys

import pytest

from hwgen.arith.catalogue import CATALOGUE, describe, find
from hwgen.arith.operand import S8, U8
from hwgen.errors import SpecError


def test_names_end_in_the_kinds_of_operands():
    endings = {(U8, S8): "", (U8, U8): "_u8", (S8, S8): "_s8"}
    for name, multiplier in CATALOGUE.items():
        a, w = multiplier.a_kind, multiplier.w_kind
        [found] = re.findall(r"(?:_[us]\d(?:x[us]\d)?)?$", name)[:1]
        assert found == endings.get((a, w), f"_{a.name}x{w.name}"), name


def test_members_differ():
    assert len(set(CATALOGUE.values())) == len(CATALOGUE)


def test_find_returns_the_member():
    assert all(find(name) is multiplier for name, multiplier in CATALOGUE.items())


def test_find_names_what_is_close():
    close = r"no multiplier is called 'exakt', but exact, \w+, \w+ are; hwgen multipliers lists all"
    with pytest.raises(SpecError, match=f"^{close}$"):
        find("exakt")
    one = r"no multiplier is called 'heam_u', but heam_u8 is; hwgen multipliers lists all"
    with pytest.raises(SpecError, match=f"^{one}$"):
        find("heam_u")
    with pytest.raises(
        SpecError, match=r"^no multiplier is called ''; hwgen multipliers lists all$"
    ):
        find("")


def test_descriptions_are_one_line_with_parameters():
    what = "Low product columns left out, and low rows"
    assert describe(find("truncated_6")) == f"{what} (u8 x s8; cut 6)"
    assert describe(find("truncated_7_a2")) == f"{what} (u8 x s8; cut 7; a_rows 2)"
    lines = [describe(multiplier) for multiplier in CATALOGUE.values()]
    assert len(set(lines)) == len(lines)
    assert all("\n" not in line and len(line) < 140 for line in lines)


def test_importing_the_catalogue_computes_no_table():
    code = (
        "import hwgen.arith.catalogue, hwgen.arith.multiplier as m\n"
        "print(m._table.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr
