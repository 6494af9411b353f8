"""Mistakes about a search and its study: one line, exit code 2, and nothing is lost."""

import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from hwgen.api.search_images import SearchImages
from hwgen.errors import DataError
from hwgen.mapping.study import file
from hwgen.network import digits
from hwgen.network.load import load

MODEL, DATA = str(digits.model_path()), str(digits.data_path())


@pytest.fixture
def explore(refused, study, tmp_path):
    """An ``hwgen explore`` that must fail although an earlier study is in its place."""

    def run(*options, data=DATA):
        return refused("explore", MODEL, "--data", data, *options, "-o", "study")

    shutil.copy(study, tmp_path / "study")
    return run


@pytest.fixture
def split(tmp_path):
    """Write one part of the digits as a file of its own."""

    def write(part, name):
        with np.load(DATA) as arrays:
            images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
        np.savez(tmp_path / name, images=images, labels=labels)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        ("budget", "0", "search budget must be an integer from 1 to 16777216, not 0"),
        ("budget", "-3", "search budget must be an integer from 1 to 16777216, not -3"),
        ("images", "0", "search images must be an integer from 1 to 16777216, not 0"),
        ("workers", "0", "search workers must be an integer from 1 to 1024, not 0"),
        ("tiles", "1", "search tiles must be an integer from 2 to 8, not 1"),
        ("multipliers", "", "search multipliers must be at least one name, not ''"),
        ("multipliers", ",", "search multipliers must be at least one name, not ','"),
    ],
)
def test_a_number_or_a_list_that_allows_nothing(explore, option, value, rule):
    assert explore(f"--{option}", value) == rule


def test_operands_that_do_not_mix(explore):
    assert explore("--tiles", "2", "--multipliers", "exact_u8") == (
        "accelerator multipliers must all take u8 and s8, not u8 and u8 (exact_u8)"
    )


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ((), "list of multipliers"),  # the study's were few
        (("--arch", "8x8"), "accelerator"),
    ],
)
def test_a_study_of_another_problem(explore, options, part):
    assert explore(*options) == (
        f"study study must be of the same problem, but its {part} was another: give another file"
    )


def test_a_study_of_another_format(explore, tmp_path):
    with closing(sqlite3.connect(tmp_path / "study")) as database:
        database.execute("PRAGMA user_version = 2")
    assert explore() == ("study study must have format 3, not 2: another version of hwgen made it")


def test_a_corrupt_study(explore, tmp_path):
    path = tmp_path / "study"
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)
    assert explore().startswith("study study must be a study made by hwgen: ")


def test_a_study_that_someone_else_locks(explore, tmp_path, monkeypatch):
    monkeypatch.setattr(file, "BUSY_S", 0.05)
    with closing(sqlite3.connect(tmp_path / "study", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        line = explore()
    assert line == "study study must not be locked by another program: database is locked"


def test_the_same_images_for_search_and_test(explore, split, tmp_path):
    data = split("calibration", "search.npz")
    line = "must hold other images than those of the search, not the same file"
    options = ("--preprocess", "codes = true")
    assert explore("--test", data, *options, data=data) == f"test {data} {line}"
    copy = shutil.copy(data, tmp_path / "copy.npz")
    assert explore("--test", copy, *options, data=data) == f"test {copy} {line}"


def test_a_missing_test_file(explore):
    assert explore("--test", "none.npz") == "test none.npz must be a file or folder that exists"


def test_calibration_images_in_the_place_of_test_images_are_found_when_they_are_read(
    split, tmp_path
):
    data, other = split("calibration", "search.npz"), tmp_path / "other.npz"
    with np.load(data) as arrays:
        np.savez(other, images=arrays["images"][::-1], labels=arrays["labels"][::-1])
    found = SearchImages(MODEL, load(digits.model_path()), data, other, "codes = true")
    message = (
        r"^test images must be other ones than the calibration images, but 400 of 400 are among"
    )
    with pytest.raises(DataError, match=message):
        found.read_test()


def test_one_archive_may_hold_both(split):
    network = load(digits.model_path())
    both = SearchImages(MODEL, network, DATA, None, None)
    assert (len(both.calibration.labels), len(both.read_test().labels)) == (400, 360)
    alone = SearchImages(MODEL, network, split("calibration", "x.npz"), None, "codes = true")
    assert not alone.has_test
