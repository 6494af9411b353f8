"""``hwgen multipliers``: list the catalogue, or show one multiplier."""

import argparse
from typing import TYPE_CHECKING, Any

from hwgen.commands.output import print_json
from hwgen.commands.table import table

if TYPE_CHECKING:
    from hwgen.arith.multiplier import Multiplier

__all__ = ["add"]


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "multipliers",
        help="list the catalogue, or show one multiplier",
        description="List the multipliers of the catalogue, or show the modes of one.",
    )
    command.add_argument("name", nargs="?", help="catalogue name; all multipliers when absent")
    command.add_argument("--json", action="store_true", help="machine-readable output")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from hwgen.arith.catalogue import CATALOGUE, find  # slow: Amaranth and NumPy

    if args.name is not None:
        name, multiplier = args.name, find(args.name)
        if args.json:
            print_json(_facts(name, multiplier))
        else:
            print(_page(name, multiplier))
    elif args.json:
        print_json([_facts(name, multiplier) for name, multiplier in CATALOGUE.items()])
    else:
        print(_listing(CATALOGUE))
    return 0


def _facts(name: str, multiplier: "Multiplier") -> dict[str, Any]:
    return {
        "name": name,
        "definition": repr(multiplier),
        "a_kind": multiplier.a_kind.name,
        "w_kind": multiplier.w_kind.name,
        "product_kind": multiplier.product_kind.name,
        "modes": list(multiplier.modes),
    }


def _listing(catalogue: "dict[str, Multiplier]") -> str:
    rows = [
        (name, f"{x.a_kind.name} x {x.w_kind.name}", len(x.modes)) for name, x in catalogue.items()
    ]
    return table(("name", "operands", "modes"), rows)


def _page(name: str, multiplier: "Multiplier") -> str:
    facts = _facts(name, multiplier)
    return "\n".join(f"{key:12}  {value}" for key, value in facts.items())
