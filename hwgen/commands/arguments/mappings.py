"""What the commands about mapping files are asked with."""

import argparse

from hwgen.commands.arguments.common import Commands, add_json, add_output

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


_ACTIONS: Commands = {
    "show": ("show what each layer is multiplied with", _show),
    "diff": ("show what differs between two mappings", _diff),
    "export": ("give a mapping to other tools, and to PyTorch for retraining", _export),
}

COMMANDS: Commands = {
    "mapping": ("show a mapping file, compare two, or export one", _mapping),
}
