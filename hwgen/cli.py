"""Take a trained 8-bit network to a verified accelerator with approximate multipliers.

Exit codes: 0 done, 1 a check failed, 2 the request was wrong or was interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import hwgen
from hwgen.commands import multipliers
from hwgen.errors import HwgenError

__all__ = ["main"]

COMMANDS = (multipliers,)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    try:
        args = _parser().parse_args(argv)
        code: int = args.run(args)
        sys.stdout.flush()
    except HwgenError as error:
        print(f"hwgen: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("hwgen: interrupted; earlier results are as they were", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a full disk, a folder without permission
        place = f" {error.filename}" if error.filename else ""
        print(f"hwgen: cannot access{place}: {error.strerror}", file=sys.stderr)
        return 2
    return code


class _Formatter(argparse.HelpFormatter):
    """Help with room for the longest command beside its explanation."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=100)
        self._action_max_length = 18  # argparse forgets that commands are indented twice


class _Parser(argparse.ArgumentParser):
    """Parser whose complaint is one line, like every other."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(formatter_class=_Formatter, **settings)

    def error(self, message: str) -> NoReturn:
        raise HwgenError(f"{message} (see {self.prog} --help)")


def _parser() -> argparse.ArgumentParser:
    top = _Parser(
        prog="hwgen",
        description=(__doc__ or "").splitlines()[0],
        epilog="Exit codes: 0 done, 1 a check failed, 2 the request was wrong.",
    )
    top.add_argument("--version", action="version", version=f"hwgen {hwgen.__version__}")
    commands = top.add_subparsers(metavar="<command>", required=True)
    for command in COMMANDS:
        command.add(commands)
    return top
