import gzip
import os

import pytest

from hwgen.cost.generic import generic_liberty
from hwgen.cost.liberty import parse_liberty, read_liberty
from hwgen.errors import SpecError

TEXT = """
/* a comment
   of two lines */
library ("demo") {
  time_unit : "1ns";
  capacitive_load_unit (1, pf);
  comment : "braces } and ; in a text" ;
  define (what, cell, string);
  cell (INV) { area : 1.5
    pin ("A") { direction : input; }
    pin (Y) { function : "!A"; timing () { cell_rise (t) { values ( \\
       "1, 2", \\
       "3, 4" ); } }
    };
  }
}
"""


def test_tree_holds_groups_and_attributes():
    library = parse_liberty(TEXT)
    assert library.name == "demo"
    assert library.simple == {"time_unit": "1ns", "comment": "braces } and ; in a text"}
    assert library.complex["capacitive_load_unit"] == ["1", "pf"]
    (cell,) = library.all("cell")
    assert cell.simple == {"area": "1.5"}
    assert [pin.name for pin in cell.all("pin")] == ["A", "Y"]
    (timing,) = cell.all("pin")[1].all("timing")
    assert timing.groups[0].complex == {"values": ["1, 2", "3, 4"]}


def test_text_of_a_tree_reads_back():
    library = parse_liberty(TEXT)
    assert parse_liberty(library.to_text()) == library


def test_compressed_files_are_read(tmp_path):
    plain, compressed = tmp_path / "x.lib", tmp_path / "x.lib.gz"
    plain.write_text(TEXT)
    compressed.write_bytes(gzip.compress(TEXT.encode()))
    assert read_liberty(plain) == read_liberty(compressed)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_file_is_refused(tmp_path, share):
    path = tmp_path / "x.lib"
    text = generic_liberty()
    path.write_text(text[: int(share * len(text))])
    with pytest.raises(
        SpecError,
        match=rf"^Liberty file {path} (must close every group, but it ends inside \w+( \w+)?"
        r"|line \d+ must hold a Liberty statement, not '.*')$",
    ):
        read_liberty(path)


def test_a_file_that_ends_between_groups_says_where():
    with pytest.raises(
        SpecError,
        match=r"^Liberty text must close every group, but it ends inside cell INV$",
    ):
        parse_liberty("library (x) { cell (INV) { area : 1;")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("module x(); endmodule", r"^Liberty text line 1 must hold .* not 'module'$"),
        ("library (x) {\n\n ?? }", r"^Liberty text line 3 must hold .* not '\?\?'$"),
        ("library (x) { } }", r"^Liberty text line 1 must hold .* not '}'$"),
        ("", r"^Liberty text must hold one library group, not none$"),
        ("cell (x) { }", r"^Liberty text must hold one library group, not cell$"),
    ],
)
def test_other_text_is_refused(text, message):
    with pytest.raises(SpecError, match=message):
        parse_liberty(text)


def test_a_missing_file_is_refused(tmp_path):
    path = tmp_path / "none.lib"
    with pytest.raises(
        SpecError, match=rf"^Liberty file {path} cannot be read: No such file or directory$"
    ):
        read_liberty(path)


def test_a_truncated_archive_is_refused(tmp_path):
    path = tmp_path / "x.lib.gz"
    path.write_bytes(gzip.compress(TEXT.encode())[:-20])
    with pytest.raises(
        SpecError,
        match=rf"^Liberty file {path} cannot be read: "
        r"Compressed file ended before the end-of-stream marker was reached$",
    ):
        read_liberty(path)


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_regular_file_is_refused(tmp_path, kind):
    path = tmp_path / "x.lib"
    os.mkfifo(path) if kind == "pipe" else path.mkdir()
    with pytest.raises(SpecError, match=rf"^Liberty file {path} must be a regular file$"):
        read_liberty(path)


@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_file_without_end_is_refused(tmp_path, monkeypatch, is_compressed):
    monkeypatch.setattr("hwgen.cost.liberty.LIMIT", 1 << 20)
    path = tmp_path / "x.lib"
    text = b"/* */" * (1 << 18)
    path.write_bytes(gzip.compress(text) if is_compressed else text)
    with pytest.raises(
        SpecError, match=rf"^Liberty file {path} must hold at most 1 MiB, but holds more$"
    ):
        read_liberty(path)
