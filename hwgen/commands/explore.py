"""``hwgen explore``: search for the multipliers of a network's layers, and their modes."""

import argparse
from pathlib import Path

from hwgen import api
from hwgen.arith.catalogue import find
from hwgen.commands.table import brief, table
from hwgen.errors import StudyError
from hwgen.mapping.study.point import Point
from hwgen.mapping.study.study import PRECISION, Study
from hwgen.spec.mapping import LayerMapping

__all__ = ["mapping_table", "run"]

METHOD = "hwgen"

HEADERS = ("mapping", "multiplier", "energy %", "energy pJ", "calibration %", "test %", "95 %")


def run(args: argparse.Namespace) -> int:
    """Run the command. What an interrupt finds done is kept."""
    try:
        study = api.explore(
            args.model,
            args.data,
            args.output,
            test=args.test,
            preprocess=args.preprocess,
            method=args.method or METHOD,
            max_drop=args.max_drop,
            budget=args.budget,
            images=args.images,
            query=args.query,
            arch=args.arch,
            tiles=args.tiles,
            multipliers=None if args.multipliers is None else args.multipliers.split(","),
            technology=args.tech,
            seed=args.seed,
            workers=args.workers,
            cluster=args.cluster,
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_kept(Path(args.output))) from None
    print(
        f"{study.ledger.count} mappings and probes evaluated; energies of the multipliers alone\n"
    )
    chosen = {
        "exact": study.exact,
        "precision alone": study.pick(args.max_drop, PRECISION),
        f"cheapest, drop <= {args.max_drop:g}": study.pick(args.max_drop),
    }
    print(table(HEADERS, [_row(role, point) for role, point in chosen.items()]))
    print("\nThe last of them, layer by layer:\n")
    print(mapping_table(study, study.pick(args.max_drop)))
    return 0


def _kept(path: Path) -> str:
    """What an interrupt left."""
    try:
        count = Study.open(path).ledger.count
    except StudyError:  # too early
        return "nothing was found yet"
    return f"{count} answers are kept in {path}, and the same command goes on"


def _row(role: str, point: Point) -> tuple[object, ...]:
    test = point.test
    return (
        role,
        brief(", ".join(point.multipliers)),
        f"{100 * point.energy.total:.1f}",
        point.energy.total_pj,
        f"{point.drop.accuracy:.2f}",
        "" if test is None else f"{test.accuracy:.2f}",
        ""
        if test is None
        else f"{test.accuracy_interval.low:.2f}..{test.accuracy_interval.high:.2f}",
    )


def mapping_table(study: Study, point: Point) -> str:
    """Table of the modes and the energy of every layer."""
    rows = []
    for layer in study.network.convolutions:
        energy_pj = point.layers_pj[layer.name]
        used = _used(point.mapping.layers[layer.name])
        per_product = 1e3 * energy_pj / layer.operations
        rows.append((layer.name, used, layer.operations, per_product, energy_pj))
    return table(("layer", "multiplier and mode", "products", "fJ per product", "pJ"), rows)


def _used(layer: LayerMapping) -> str:
    """Multiplier and mode, and how many rules say something else of some weights."""
    label = find(layer.multiplier).modes[layer.mode]
    rules = len(layer.filters) + len(layer.kernels) + len(layer.ranges) + len(layer.weights)
    others = f", {rules} rules" if rules else ""
    return f"{brief(layer.multiplier)} {layer.mode} {label}{others}"
