"""``hwgen trace``: where a mapped network parts from the exact one, layer by layer."""

import argparse
import math
from dataclasses import asdict

from hwgen import api
from hwgen.commands.mapped import images_of, mapping_of
from hwgen.commands.output import print_json
from hwgen.commands.table import table
from hwgen.errors import SpecError, check_range
from hwgen.evaluation.fidelity import LayerTrace

__all__ = ["run"]

_HEADERS = (
    "layer",
    "kind",
    "codes changed %",
    "approximate/exact dB",
    "exact/float dB",
    "approximate/float dB",
)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    check_range("option", "memory", args.memory, 1, 1 << 20)
    network = api.load(args.model)
    mapping = mapping_of(args, network)
    if mapping is None:
        raise SpecError("trace must be given --mapping or --multiplier, not neither")
    data = images_of(args, network, args.data, args.images)
    memory = args.memory << 20
    found = api.trace(network, data, mapping, reference=args.float, memory=memory)
    if args.json:
        layers = [
            {name: _with_infinity(value) for name, value in asdict(layer).items()}
            for layer in found.layers
        ]
        print_json(asdict(found) | {"layers": layers})
        return 0
    print(table(_HEADERS, [_row(layer) for layer in found.layers]))
    print(f"\n{found.images} images; signal to noise of values, inf where nothing differs.")
    if found.parting is None:
        print("No layer parts from the exact network.")
    else:
        print(f"The first layer that parts from the exact network: {found.parting}.")
    return 0


def _with_infinity(value: object) -> object:
    """JSON has no infinite numbers; null means that there is nothing to compare with."""
    return str(value) if isinstance(value, float) and math.isinf(value) else value


def _row(layer: LayerTrace) -> tuple[object, ...]:
    ratios = (layer.approximate_to_exact, layer.exact_to_float, layer.approximate_to_float)
    shown = (None if x is None else f"{x:.1f}" for x in ratios)
    return (layer.name, layer.kind, f"{layer.changed:.2f}", *shown)
