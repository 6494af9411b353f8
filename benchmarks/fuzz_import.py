"""What do the importers make of damaged models?

Usage: python -m benchmarks.fuzz_import MODEL... [--count 20000] [--seed 0]

Changes models (.onnx, .tflite) in bytes and in fields, imports each in a process with limits of
time and memory, and runs what was accepted beside the reference runtime. Prints how often each
outcome was seen, and an example of each that is wrong. Exit code 1 if there is one.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.fuzz.judge import OUTCOMES
from benchmarks.fuzz.run import verdicts
from hwgen.network.digits import model_path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", default=[model_path()], type=Path)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=5, help="examples of each wrong outcome")
    args = parser.parse_args()

    began, counts, shown = time.monotonic(), Counter(), Counter()
    for verdict in verdicts([x.resolve() for x in args.models], args.count, args.seed):
        counts[verdict.outcome] += 1
        if not OUTCOMES[verdict.outcome] and shown[verdict.outcome] < args.show:
            shown[verdict.outcome] += 1
            print(f"mutant {verdict.index}: {verdict.outcome}: {verdict.detail}", flush=True)
    names = ", ".join(x.name for x in args.models)
    print(f"{args.count} mutants of {names}, seed {args.seed}, {time.monotonic() - began:.0f} s")
    for outcome in OUTCOMES:
        print(f"{outcome:34} {counts[outcome]:8}")
    return int(any(counts[x] for x, is_right in OUTCOMES.items() if not is_right))


if __name__ == "__main__":
    sys.exit(main())
