"""What several commands are asked with."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["MULTIPLIER", "TECHNOLOGY", "Commands", "add_json", "add_output"]

Commands: TypeAlias = dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]]

MULTIPLIER = "catalogue name, or a netlist that ends in .v"
TECHNOLOGY = "Liberty file, plain or .gz (default: a small generic technology)"


def add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="machine-readable output")


def add_output(command: argparse.ArgumentParser, metavar: str, explanation: str) -> None:
    command.add_argument("-o", "--output", metavar=metavar, required=True, help=explanation)
