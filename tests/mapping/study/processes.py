"""Searches in processes of their own, to be stopped in the middle."""

import os
import subprocess
import sys
import time
from pathlib import Path

from hwgen.errors import StudyError
from hwgen.mapping.study.study import Study

__all__ = ["search", "wait_for"]

CHECKOUT = Path(__file__).resolve().parents[3]
PATIENCE_S = 300


def search(path, method="random", budget=120, size=1, *address):
    """Start a search on a study."""
    words = [path, method, budget, size, *address]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.mapping.study.small", *map(str, words)],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(path, count, process):
    """Until a study has so many answers, which the process must not have had time to exceed."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert process.poll() is None, process.stderr.read()
        try:
            if Path(path).exists() and Study.open(path).ledger.count >= count:
                return
        except StudyError:  # it is being made
            pass
        time.sleep(0.02)
    raise AssertionError(f"{path} has no {count} answers after {PATIENCE_S} s")
