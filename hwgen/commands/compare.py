"""``hwgen compare``: all methods of a plan on the same problems."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from hwgen import api
from hwgen.commands.table import table
from hwgen.errors import SpecError

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run the command. What an interrupt finds done is kept."""
    models, data, tests = (
        _named(option, getattr(args, option)) for option in ("model", "data", "test")
    )
    for name in models:
        if name not in data:
            raise SpecError(f"--data must be given for model {name}, too")
    for name in [*data, *tests]:
        if name not in models:
            raise SpecError(f"--model must be given for {name}, too")
    files = {
        name: api.ModelFiles(model=path, data=data[name], test=tests.get(name))
        for name, path in models.items()
    }
    try:
        results = api.compare(
            args.plan,
            files,
            args.output,
            only=args.only,
            technology=args.tech,
            workers=args.workers,
            cluster=args.cluster,
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"what was found is kept in {args.output}, and the same command goes on"
        ) from None
    rows = [
        (name, method, x["questions"], f"{x['hypervolume']:.4f}")
        for name, study in results["studies"].items()
        for method, x in study["methods"].items()
    ]
    print(table(("study", "method", "questions", "hypervolume"), rows))
    print(f"\n{Path(args.output) / 'results.md'} tells more.")
    return 0


def _named(option: str, values: Sequence[str]) -> dict[str, str]:
    """Paths by name, of ``NAME=PATH``."""
    found: dict[str, str] = {}
    for value in values:
        name, sign, path = value.partition("=")
        if not sign or not name or not path:
            raise SpecError(f"--{option} must be NAME=PATH, not {value}")
        if name in found:
            raise SpecError(f"--{option} must be given once for {name}, not twice")
        found[name] = path
    return found
