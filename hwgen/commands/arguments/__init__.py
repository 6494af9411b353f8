"""What every command is asked with. Imports nothing heavy, so that help is instant.

Each command is a module of :mod:`hwgen.commands` of the same name, with ``run(args) -> int``.
"""

import argparse
from typing import Any, NoReturn

import hwgen
from hwgen.commands.arguments import mappings, multipliers, networks
from hwgen.commands.arguments.common import Commands
from hwgen.errors import HwgenError

__all__ = ["COMMANDS", "parser"]

COMMANDS: Commands = multipliers.COMMANDS | networks.COMMANDS | mappings.COMMANDS


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


def parser(description: str) -> argparse.ArgumentParser:
    """The parser of the whole command line; it sets ``command`` to the name of the command."""
    top = _Parser(
        prog="hwgen",
        description=description,
        epilog="Exit codes: 0 done, 1 a check failed, 2 the request was wrong or interrupted.",
    )
    top.add_argument("--version", action="version", version=f"hwgen {hwgen.__version__}")
    commands = top.add_subparsers(metavar="<command>", dest="command", required=True)
    for name, (explanation, add) in COMMANDS.items():
        sentence = f"{explanation[0].upper()}{explanation[1:]}."
        add(commands.add_parser(name, help=explanation, description=sentence))
    return top
