"""Mutants in worker processes, which are replaced when they die or take too long."""

import json
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Verdict", "verdicts"]

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS = 20  # for one stage of one mutant
GIBIBYTES = 4


@dataclass(frozen=True)
class Verdict:
    """Outcome of one mutant, with what tells it from others."""

    index: int
    outcome: str
    detail: str


def verdicts(models, count, seed):
    """Yield the :class:`Verdict` of each of ``count`` mutants of the files ``models``."""
    index = 0
    while index < count:
        process = _start(models, index, count, seed)
        try:
            for verdict in _until_death(process, index):
                index = verdict.index + 1
                yield verdict
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _start(models, start, stop, seed):
    command = [sys.executable, "-m", "benchmarks.fuzz.worker"]
    command += [str(x) for x in (seed, start, stop, GIBIBYTES, *models)]
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, bufsize=1)


def _until_death(process, index):
    stage, is_done = "start", True
    while select.select([process.stdout], [], [], SECONDS)[0]:
        line = process.stdout.readline()
        if not line:
            break
        found = json.loads(line)
        index, is_done = found["index"], "outcome" in found
        if is_done:
            yield Verdict(index, found["outcome"], found["detail"])
        else:
            stage = found["stage"]
    else:
        yield Verdict(index, _name(stage, "timeout"), stage)
        return
    code = process.wait()
    if not is_done:
        yield Verdict(index, _name(stage, "crash"), f"{stage}, exit code {code}")
    elif code:
        raise RuntimeError(f"the worker cannot start: exit code {code}")


def _name(stage, outcome):
    """Only what our own stages do is ours."""
    return "reference crashed" if stage == "reference" else outcome
