"""One random case again: ``python -m tests.accelerator.again SEED`` shrinks it if it fails."""

import sys
import tempfile
from pathlib import Path

from tests.accelerator.plans import FEW, MANY
from tests.accelerator.random_case import make_case
from tests.accelerator.shrink import report, shrink
from tests.accelerator.verdict import on_verilog

__all__ = ["judged"]


def judged(case, folder, most=40, **options):
    """What is wrong with a case on its Verilog, shrunk; None where nothing is."""
    tries = iter(range(most + 2))

    def verdict(case):
        return on_verilog(case, folder / f"try{next(tries)}", **options)

    why = verdict(case)
    if why is None:
        return None
    small = shrink(case, lambda case: verdict(case) is not None, most)
    return report(small, why)


def _main():
    (plan,) = (plan for plan in FEW + MANY if plan.seed == int(sys.argv[1]))
    case = make_case(plan)
    with tempfile.TemporaryDirectory() as folder:
        print(judged(case, Path(folder)) or report(case, "all tensors equal golden's"))


if __name__ == "__main__":
    _main()
