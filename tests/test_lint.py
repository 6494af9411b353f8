"""The sources keep the style that pyproject.toml states."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "command",
    [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]],
    ids=["ruff check", "ruff format", "mypy"],
)
def test_sources_are_clean(command):
    finished = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_no_file_is_longer_than_300_lines():
    rooms = ("hwgen", "sim", "tests")
    lengths = {
        str(path.relative_to(CHECKOUT)): len(path.read_text(encoding="utf-8").splitlines())
        for room in rooms
        for path in (CHECKOUT / room).rglob("*.py")
    }
    assert len(lengths) > 50
    assert {name: length for name, length in lengths.items() if length > 300} == {}
