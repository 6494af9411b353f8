"""One process that judges mutants until it is done, or dies of one.

Usage: python -m benchmarks.fuzz.worker SEED START STOP GIBIBYTES MODEL...

Writes a line of JSON for every stage of every mutant: its index and either ``stage`` or
``outcome`` with ``detail``, so that whoever reads knows what it died of.
"""

import json
import os
import resource
import sys
import tempfile
import warnings
from pathlib import Path

from benchmarks.fuzz.judge import judge
from benchmarks.fuzz.mutate import mutant


def main():
    seed, start, stop, memory = (int(x) for x in sys.argv[1:5])
    models = {Path(x).name: Path(x).read_bytes() for x in sys.argv[5:]}
    reports = os.fdopen(os.dup(1), "w", buffering=1)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)  # libraries print what they like
    os.dup2(silent, 2)
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (memory << 30, memory << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        for index in range(start, stop):

            def say(stage, index=index):
                reports.write(json.dumps({"index": index, "stage": stage}) + "\n")

            say("mutate")
            name, content = mutant(models, index, seed)
            path = Path(folder) / f"mutant{Path(name).suffix}"
            path.write_bytes(content)
            outcome, detail = judge(path, say)
            reports.write(json.dumps({"index": index, "outcome": outcome, "detail": detail}) + "\n")


if __name__ == "__main__":
    main()
