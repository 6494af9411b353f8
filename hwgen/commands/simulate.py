"""``hwgen simulate``: prove the Verilog equal to the integer reference."""

import argparse
import sys
from dataclasses import asdict

from hwgen import api
from hwgen.build import Build
from hwgen.commands.output import print_json

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run the command; a mismatch is a check that failed."""
    build = Build.open(args.build)
    if not build.has_own_verilog():
        print(f"{build.verilog} is not as hwgen wrote it; simulating it as it is", file=sys.stderr)
    seen = api.simulate(build, images=args.images, simulator=args.simulator)
    if args.json:
        print_json(asdict(seen))
    else:
        print(
            f"{seen.tensors} tensors of {seen.images} images compared bit for bit "
            f"({seen.codes} codes): {seen.mismatches} mismatches"
        )
        if seen.cycles_per_image:
            causes = ", ".join(f"{x.replace('_', ' ')} {n}" for x, n in seen.causes.items())
            print(f"{max(seen.cycles_per_image)} cycles per image: {causes}; {seen.simulator}")
        if seen.mismatch is not None:
            print(f"first mismatch: {seen.mismatch}")
    return 1 if seen.mismatches else 0
