"""Take a trained 8-bit network to a verified accelerator with approximate multipliers.

Exit codes: 0 done, 1 a check failed, 2 the request was wrong or was interrupted.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from hwgen.commands.arguments import parser
from hwgen.errors import HwgenError

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    try:
        args = parser((__doc__ or "").splitlines()[0]).parse_args(argv)
        command = import_module(f"hwgen.commands.{args.command}")  # only this one: they are slow
        code: int = command.run(args)
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
