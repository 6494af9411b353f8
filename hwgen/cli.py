"""Take a trained 8-bit network to a verified accelerator with approximate multipliers.

Exit codes: 0 done, 1 a check failed, 2 the request was wrong or was interrupted.
"""

import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module

from hwgen.commands.arguments import parser
from hwgen.errors import HwgenError
from hwgen.interruption import unwinding_on_signals

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    try:
        args = parser((__doc__ or "").splitlines()[0]).parse_args(argv)
        command = import_module(f"hwgen.commands.{args.command}")  # only this one: they are slow
        with unwinding_on_signals():  # a termination must stop tools and remove their folders
            code: int = command.run(args)
            if sys.stdout is not None:  # closed by the caller
                sys.stdout.flush()
    except HwgenError as error:
        return _refuse(str(error))
    except KeyboardInterrupt as stop:  # a command may know better what became of its output
        return _refuse(f"interrupted; {str(stop) or 'earlier results are as they were'}")
    except MemoryError:
        return _refuse("there is too little memory: give fewer images, or a smaller --memory")
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a full disk, a folder without permission
        place = f" {error.filename}" if error.filename else ""
        return _refuse(f"cannot access{place}: {error.strerror}")
    return code


def _refuse(line: str) -> int:
    warnings.simplefilter("ignore")  # Amaranth's, of circuits that were under construction
    print(f"hwgen: {line}", file=sys.stderr)
    return 2
