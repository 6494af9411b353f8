"""``hwgen generate``: Verilog, program and manifest of one mapping, found or given."""

import argparse
import re
from pathlib import Path

from hwgen import api
from hwgen.build import Build
from hwgen.commands.mapped import mapping_of
from hwgen.errors import SpecError
from hwgen.mapping.study import is_study

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    build = _of_study(args) if is_study(Path(args.source)) else _of_model(args)
    spec = build.spec()
    print(
        f"{build.folder}: {spec.rows}x{spec.cols} array of {', '.join(spec.multipliers)}, "
        f"program of {len(build.program().steps) + 1} descriptors"
    )
    return 0


def _of_study(args: argparse.Namespace) -> Build:
    for name in ("mapping", "multiplier", "data", "arch"):
        if getattr(args, name) is not None:
            raise SpecError(f"--{name} must be given with a network, not with a study")
    limit = None if args.pick is None else _max_drop(args.pick)
    return api.generate(args.source, args.output, max_drop=limit)


def _of_model(args: argparse.Namespace) -> Build:
    if args.pick is not None:
        raise SpecError("--pick must be given with a study, not with a network")
    if args.data is None:
        raise SpecError("generate must be given --data with a network")
    return api.generate_mapping(
        args.source,
        args.output,
        data=args.data,
        mapping=mapping_of(args, api.load(args.source)),
        arch=args.arch or "4x4",
        preprocess=args.preprocess,
        images=args.images,
    )


def _max_drop(pick: str) -> float:
    match = re.fullmatch(r"max-drop=(\d+(\.\d*)?)", pick)
    if match is None:
        raise SpecError(f"pick must be max-drop= and a number of percent points, not {pick!r}")
    return float(match[1])
