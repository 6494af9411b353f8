"""An installed wheel works outside the checkout and adds one name to site-packages."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hwgen.flow.data import ROOMS

CHECKOUT = Path(__file__).resolve().parents[1]
SOURCES = ("hwgen", *ROOMS, "pyproject.toml", "README.md", "LICENSE")
CARRIED = {".py", ".v", ".vh", ".sv", ".lib", ".toml", ".onnx", ".npz", ".ys", ".typed", ".html"}


def copy(source, target):
    if source.is_file():
        shutil.copy(source, target)
    else:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Folder that a wheel of this checkout was installed into."""
    folder = tmp_path_factory.mktemp("wheel")
    tree, site = folder / "tree", folder / "site"
    tree.mkdir()
    for name in SOURCES:  # a build in the checkout would leave files in it
        copy(CHECKOUT / name, tree / name)
    options = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--no-index"]
    finished = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", site, tree],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return site


def run(site, *args):
    """Run Python on the installed package, away from the checkout."""
    return subprocess.run(
        [sys.executable, "-P", *args],
        cwd=site.parent,
        env=os.environ | {"PYTHONPATH": str(site)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_it_installs_no_other_top_level_name(site):
    names = {path.name for path in site.iterdir()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"hwgen", "bin"}


@pytest.mark.parametrize("room", ["hwgen", *ROOMS])
def test_it_carries_every_file(site, room):
    installed = site / "hwgen" if room == "hwgen" else site / "hwgen" / "_data" / room
    files = [
        path.relative_to(CHECKOUT / room)
        for path in (CHECKOUT / room).rglob("*")
        if path.suffix in CARRIED or path.name == "py.typed"
    ]
    assert [str(path) for path in files if not (installed / path).is_file()] == []


def test_it_is_imported_from_where_it_was_installed(site):
    where = run(site, "-c", "import hwgen; print(hwgen.__file__)").strip()
    assert Path(where) == site / "hwgen" / "__init__.py"


def test_help_works_outside_the_checkout(site):
    assert run(site, "-m", "hwgen", "--help").startswith("usage: hwgen ")


def test_the_catalogue_works_outside_the_checkout(site):
    assert "exact" in run(site, "-m", "hwgen", "multipliers")


def test_every_data_room_is_found_outside_the_checkout(site):
    code = f"from hwgen.flow.data import data_path\nfor r in {ROOMS}: print(data_path(r))"
    places = [site / "hwgen" / "_data" / room for room in ROOMS]
    assert [Path(line) for line in run(site, "-c", code).splitlines()] == places
