"""``hwgen generate``: Verilog, program and manifest of one mapping, found or given."""

import argparse
import re
from pathlib import Path

from hwgen import api
from hwgen.build import Build
from hwgen.commands.mapped import mapping_of
from hwgen.errors import SpecError

__all__ = ["run"]

_MODEL_OPTIONS = ("mapping", "multiplier", "mode", "data", "preprocess", "arch")
"""With any of them, the source is a network."""


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    given = [x for x in _MODEL_OPTIONS if getattr(args, x) is not None]
    if not given and Path(args.source).suffix in (".onnx", ".tflite"):
        raise SpecError("generate must be given --data with a network")
    build = _of_model(args) if given else _of_study(args)
    spec = build.spec()
    print(
        f"{build.folder}: {spec.rows}x{spec.cols} array of {', '.join(spec.multipliers)}, "
        f"program of {len(build.program().steps) + 1} descriptors"
    )
    return 0


def _of_study(args: argparse.Namespace) -> Build:
    limit = None if args.pick is None else _max_drop(args.pick)
    return api.generate(args.source, args.output, max_drop=limit, method=args.method)


def _of_model(args: argparse.Namespace) -> Build:
    for option in ("pick", "method"):
        if getattr(args, option) is not None:
            raise SpecError(f"--{option} must be given with a study, not with a network")
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
