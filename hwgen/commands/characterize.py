"""``hwgen characterize``: error, area, delay and energy of multipliers."""

import argparse
from dataclasses import asdict

from hwgen import api
from hwgen.arith.catalogue import find
from hwgen.arith.metrics import measure
from hwgen.commands.output import print_json
from hwgen.commands.table import ERROR_HEADERS, error_cells, table

__all__ = ["run"]

HEADERS = ("multiplier", "mode", "area um2", "delay ns", "energy pJ", *ERROR_HEADERS)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    names = list(dict.fromkeys(args.names))
    costs = api.characterize(names, args.tech)
    modes = {name: list(enumerate(find(name).modes)) for name in names}
    if args.json:
        print_json(
            [
                {
                    "name": name,
                    "area_um2": costs[name].area_um2,
                    "delay_ns": costs[name].delay_ns,
                    "leakage_nw": costs[name].leakage_nw,
                    "modes": [
                        {
                            "mode": mode,
                            "name": label,
                            "energy_pj": costs[name].energy_pj[mode]["uniform"],
                            **asdict(measure(find(name), mode)),
                        }
                        for mode, label in modes[name]
                    ],
                }
                for name in names
            ]
        )
        return 0
    rows = [
        (
            name,
            f"{mode} {label}",
            costs[name].area_um2,
            costs[name].delay_ns,
            costs[name].energy_pj[mode]["uniform"],
            *error_cells(measure(find(name), mode)),
        )
        for name in names
        for mode, label in modes[name]
    ]
    print(table(HEADERS, rows))
    print("\nThe multiplier alone; energy and error of a product of uniform random operands.")
    return 0
