"""What the commands about mapping files, and about methods that find them, are asked with."""

import argparse

from hwgen.commands.arguments.common import TECHNOLOGY, Commands, add_json, add_output

__all__ = ["COMMANDS"]

_FILE = "mapping file, as hwgen generate, evaluate and others take it"


def _mapping(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(metavar="<action>", dest="action", required=True)
    for name, (explanation, add) in _ACTIONS.items():
        sentence = f"{explanation[0].upper()}{explanation[1:]}."
        add(actions.add_parser(name, help=explanation, description=sentence))


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("mapping", metavar="MAPPING", help=_FILE)
    command.add_argument(
        "--model", metavar="MODEL", help="its network: then weights and products are counted"
    )
    add_json(command)


def _diff(command: argparse.ArgumentParser) -> None:
    command.add_argument("first", metavar="A", help=_FILE)
    command.add_argument("second", metavar="B", help="another one")
    add_json(command)
    command.epilog = "Exit code: 0 when they are equal, 1 when they differ."


def _export(command: argparse.ArgumentParser) -> None:
    command.add_argument("mapping", metavar="MAPPING", help=_FILE)
    command.add_argument("--model", metavar="MODEL", required=True, help="its network")
    add_output(command, "FOLDER", "folder to write: tables, C header, layers for PyTorch")


def _compare(command: argparse.ArgumentParser) -> None:
    command.add_argument("plan", metavar="PLAN.toml", help="what is compared, with which budgets")
    for option, what in (
        ("--model", "quantized network of the plan"),
        ("--data", "its calibration images"),
        ("--test", "its test images, read once at the end"),
    ):
        command.add_argument(
            option, metavar="NAME=PATH", action="append", default=[], help=f"{what}; repeated"
        )
    command.add_argument(
        "--only", metavar="STUDY", action="append", default=[], help="not all studies; repeated"
    )
    command.add_argument("--tech", metavar="FILE", help=TECHNOLOGY)
    command.add_argument(
        "--workers", type=int, metavar="N", help="processes (default: one for each core)"
    )
    command.add_argument(
        "--cluster", metavar="ADDRESS", help="Dask scheduler whose workers evaluate in their place"
    )
    add_output(command, "FOLDER", "studies, figures and results.md; the same command goes on")


_ACTIONS: Commands = {
    "show": ("show what each layer is multiplied with", _show),
    "diff": ("show what differs between two mappings", _diff),
    "export": ("give a mapping to other tools, and to PyTorch for retraining", _export),
}

COMMANDS: Commands = {
    "mapping": ("show a mapping file, compare two, or export one", _mapping),
    "compare": ("compare search methods on the same problems", _compare),
}
