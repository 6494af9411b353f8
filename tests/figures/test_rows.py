"""Figures as CSV: written, read, and those that ship equal to what is measured."""

import math
from dataclasses import fields

import pytest

from hwgen.arith.catalogue import CATALOGUE
from hwgen.cost.technology import Technology
from hwgen.errors import DataError
from hwgen.figures.measure import measured
from hwgen.figures.rows import OWN, Figures, read_rows, rows_text, shipped_rows

SAMPLE = ("exact_booth", "booth_6_8x8", "truncated_7_c", "posneg_1", "drum_4_u8")


def test_what_is_written_is_read(row, tmp_path):
    rows = [row("x", mae=1234.5678, is_zero_preserving=False), row("y", mode=3, wce=12345678)]
    path = tmp_path / "figures.csv"
    path.write_text(rows_text(rows), encoding="utf-8")
    read = read_rows(path)
    assert read[0].mae == pytest.approx(1234.57, abs=1e-9)  # six digits
    assert (read[0].is_zero_preserving, read[1].mode, read[1].wce) == (False, 3, 12345678)
    assert rows_text(read) == rows_text(rows)


def test_a_file_of_other_columns_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("name,area\nx,1\n", encoding="utf-8")
    names = ", ".join(field.name for field in fields(Figures))
    with pytest.raises(DataError, match=f"^figures {path} must have the columns {names}$"):
        read_rows(path)


def test_a_cell_that_is_no_number_is_refused_with_its_line(row, tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text(rows_text([row(), row()]).replace("0.01", "small"), encoding="utf-8")
    with pytest.raises(DataError, match=rf"^figures {path} line 2: .*'small'$"):
        read_rows(path)


def test_the_shipped_rows_cover_the_catalogue_and_nothing_else():
    own = [row for row in shipped_rows() if row.source == OWN]
    assert {row.name for row in own} == set(CATALOGUE)
    generic = [row for row in own if row.technology == "hwgen_generic"]
    assert len(generic) == sum(len(x.modes) for x in CATALOGUE.values())


@pytest.mark.tool
def test_a_sample_of_the_shipped_rows_is_measured_again():
    again = measured({name: CATALOGUE[name] for name in SAMPLE}, [Technology.load()], OWN)
    shipped = {
        (row.name, row.mode): row for row in shipped_rows() if row.technology == again[0].technology
    }
    for new in again:
        old = shipped[new.name, new.mode]
        for field in fields(Figures):
            was, now = getattr(old, field.name), getattr(new, field.name)
            if isinstance(now, float):
                assert math.isclose(was, now, rel_tol=1e-5, abs_tol=1e-9), (new.name, field.name)
            else:
                assert was == now, (new.name, field.name)
