"""``hwgen generate``: Verilog, program and manifest of one mapping."""

import argparse
import re

from hwgen import api
from hwgen.errors import SpecError

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    limit = None if args.pick is None else _max_drop(args.pick)
    build = api.generate(args.study, args.output, max_drop=limit)
    spec = build.spec()
    print(
        f"{build.folder}: {spec.rows}x{spec.cols} array of {spec.multiplier}, "
        f"program of {len(build.program().descriptors)} descriptors"
    )
    return 0


def _max_drop(pick: str) -> float:
    match = re.fullmatch(r"max-drop=(\d+(\.\d*)?)", pick)
    if match is None:
        raise SpecError(f"pick must be max-drop= and a number of percent points, not {pick!r}")
    return float(match[1])
