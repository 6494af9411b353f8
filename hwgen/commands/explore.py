"""``hwgen explore``: search for the multiplier modes of a network's layers."""

import argparse
from pathlib import Path

from hwgen import api
from hwgen.arith.catalogue import find
from hwgen.commands.table import table
from hwgen.errors import OutputError
from hwgen.mapping.problem import Evaluation
from hwgen.mapping.study import Study, is_study
from hwgen.output import replacing_file

__all__ = ["mapping_table", "run"]


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    target = Path(args.output)
    if target.is_file() and not is_study(target):
        raise OutputError(
            f"output {args.output} must be new or a study made by hwgen, but it is another file"
        )
    with replacing_file(args.output) as place:  # a bad place is refused before the work
        study = api.explore(
            args.model,
            args.data,
            method=args.method,
            max_drop=args.max_drop,
            arch=args.arch,
            seed=args.seed,
            technology=args.tech,
            multipliers=None if args.multipliers is None else args.multipliers.split(","),
        )
        study.save(place)
    found = study.exploration
    chosen = {
        "exact": found.exact,
        "precision alone": found.pick(found.max_drop, found.reduced),
        f"cheapest, drop <= {found.max_drop:g}": found.pick(found.max_drop),
    }
    print(f"{len(found.evaluations)} mappings evaluated; energies of the multipliers alone\n")
    print(table(HEADERS, [_row(study, role, point) for role, point in chosen.items()]))
    print("\nThe last of them, layer by layer:\n")
    print(mapping_table(study, found.pick(found.max_drop)))
    return 0


HEADERS = ("mapping", "multiplier", "energy %", "energy pJ", "calibration %", "test %")


def _row(study: Study, role: str, point: Evaluation) -> tuple[object, ...]:
    return (
        role,
        point.candidate.multiplier,
        f"{100 * point.energy:.1f}",
        point.energy_pj,
        f"{point.drop.accuracy:.2f}",
        f"{study.exploration.test_accuracy[point.candidate]:.2f}",
    )


def mapping_table(study: Study, point: Evaluation) -> str:
    """Table of the mode and the energy of every layer."""
    name = point.candidate.multiplier
    labels = find(name).modes
    energy = study.costs[name].energy_pj
    rows = [
        (
            layer.name,
            f"{mode} {labels[mode]}",
            layer.operations,
            1e3 * energy[mode][layer.name],
            layer.operations * energy[mode][layer.name],
        )
        for layer, mode in zip(study.network.convolutions, point.candidate.modes, strict=True)
    ]
    return table(("layer", f"mode of {name}", "products", "fJ per product", "pJ"), rows)
