"""``hwgen multipliers``: list the catalogue, or show one multiplier."""

import argparse
import textwrap
from dataclasses import asdict
from typing import Any

from hwgen.arith.catalogue import CATALOGUE, describe, find
from hwgen.arith.metrics import measure
from hwgen.arith.multiplier import Multiplier
from hwgen.commands.output import print_json
from hwgen.commands.table import ERROR_HEADERS, error_cells, table

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.name is not None:
        multiplier = find(args.name)
        if args.json:
            print_json(_facts(args.name, multiplier))
        else:
            print(_page(args.name, multiplier))
    elif args.json:
        print_json([_facts(name, multiplier) for name, multiplier in CATALOGUE.items()])
    else:
        print(_listing())
    return 0


def _facts(name: str, multiplier: Multiplier) -> dict[str, Any]:
    return {
        "name": name,
        "description": describe(multiplier),
        "a_kind": multiplier.a_kind.name,
        "w_kind": multiplier.w_kind.name,
        "product_kind": multiplier.product_kind.name,
        "modes": [
            {"mode": mode, "name": label, **asdict(measure(multiplier, mode))}
            for mode, label in enumerate(multiplier.modes)
        ],
    }


def _listing() -> str:
    rows = [
        (
            name,
            f"{x.a_kind.name} x {x.w_kind.name}",
            f"{mode} {label}",
            *error_cells(measure(x, mode)),
        )
        for name, x in CATALOGUE.items()
        for mode, label in enumerate(x.modes)
    ]
    return table(("multiplier", "operands", "mode", *ERROR_HEADERS), rows)


def _page(name: str, multiplier: Multiplier) -> str:
    kinds = (multiplier.a_kind, multiplier.w_kind, multiplier.product_kind)
    lines = [
        f"{name}: {describe(multiplier)}",
        "activation {}, weight {}, product {}".format(*(kind.name for kind in kinds)),
    ]
    rows = [
        (f"{mode} {label}", *error_cells(measure(multiplier, mode)))
        for mode, label in enumerate(multiplier.modes)
    ]
    text = [textwrap.fill(line, 100, subsequent_indent="  ") for line in lines]
    return "\n".join([*text, "", table(("mode", *ERROR_HEADERS), rows)])
