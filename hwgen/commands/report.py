"""``hwgen report``: a page with plots, and the same as JSON."""

import argparse
from pathlib import Path

from hwgen import api

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    api.report(args.source, args.output)
    print(f"{args.output} and {Path(args.output).with_suffix('.json')}")
    return 0
