"""``hwgen evaluate``: accuracy of a mapping, and what it loses against exact."""

import argparse
from typing import Any

import numpy as np

from hwgen import api, golden
from hwgen.commands.mapped import images_of, mapping_of
from hwgen.commands.output import print_json
from hwgen.commands.table import table
from hwgen.emulation import LayerRun, hint
from hwgen.errors import DataError, SpecError, check_range
from hwgen.evaluation.accuracy import Evaluation
from hwgen.evaluation.statistics import Interval
from hwgen.network.data import Labelled
from hwgen.network.graph import Network
from hwgen.output import replacing_file
from hwgen.spec.mapping import Mapping

__all__ = ["run"]

_CALIBRATION = 500  # images, where no number is said


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    check_range("option", "memory", args.memory, 1, 1 << 20)
    options = {"memory": args.memory << 20, "threads": args.threads, "kernel": args.kernel}
    if args.calibration_images is not None and args.bias_update is None:
        raise SpecError("--calibration-images must be given with --bias-update, not alone")
    network = api.load(args.model)
    mapping = mapping_of(args, network) or golden.exact_mapping(network)
    golden.check_mapping(network, mapping)
    data = images_of(args, network, args.data, args.images)
    if args.bias_update is not None:
        fitted = _calibration(args, network, data)
        mapping = api.update_biases(network, fitted, mapping, **options)
    found = api.evaluate(network, data, mapping, **options)
    if args.output is not None:
        with replacing_file(args.output) as place:
            place.write_text(mapping.to_json(), encoding="utf-8")
    if args.json:
        print_json(_document(found, mapping))
    else:
        print(_text(found))
    return 0


def _calibration(args: argparse.Namespace, network: Network, data: Labelled) -> Labelled:
    """Images to fit bias updates to, which must not be those that are measured."""
    count = _CALIBRATION if args.calibration_images is None else args.calibration_images
    found = images_of(
        args, network, args.bias_update, count, "calibration-images", part="calibration"
    )
    both = min(len(found.images), len(data.images))
    if np.array_equal(found.images[:both], data.images[:both]):
        raise DataError(
            f"data {args.bias_update} must hold other images for --bias-update than --data, "
            f"not the same {both}"
        )
    return found


def _text(found: Evaluation) -> str:
    rows = [
        ("mapping", f"{found.accuracy:.2f}", _between(found.accuracy_interval)),
        ("exact", f"{found.exact_accuracy:.2f}", _between(found.exact_interval)),
        ("drop", f"{found.drop:.2f}", _between(found.drop_interval)),
    ]
    lines = [
        table((f"top-1 of {found.images} images", "%", "95 % interval"), rows),
        f"\n{found.lost} images lost, {found.won} won; drop in percent points, of paired images.\n",
        table(_HEADERS, [_row(layer) for layer in found.layers]),
        (
            f"\n{found.products / 1e9:.3f} G products in {found.seconds:.2f} s on {found.threads} "
            f"threads: {found.products_per_second / 1e9:.2f} G products/s, "
            f"{found.images_per_second:.0f} images/s."
        ),
    ]
    missing = hint()
    return "\n".join([*lines, f"\n{missing}"] if missing else lines)


_HEADERS = ("layer", "kernel", "instructions", "rank", "products", "s", "G products/s")


def _row(layer: LayerRun) -> tuple[object, ...]:
    multiplies = layer.products > 0
    return (
        layer.name,
        layer.kernel,
        layer.path,
        layer.rank or None,
        layer.products if multiplies else None,
        f"{layer.seconds:.3f}",
        f"{layer.rate / 1e9:.2f}" if multiplies else None,
    )


def _between(interval: Interval) -> str:
    return f"{interval.low:.2f} to {interval.high:.2f}"


def _document(found: Evaluation, mapping: Mapping) -> dict[str, Any]:
    return {
        "images": found.images,
        "accuracy": found.accuracy,
        "accuracy_interval": found.accuracy_interval,
        "exact_accuracy": found.exact_accuracy,
        "exact_interval": found.exact_interval,
        "drop": found.drop,
        "drop_interval": found.drop_interval,
        "lost": found.lost,
        "won": found.won,
        "mapping_digest": mapping.digest,
        "products": found.products,
        "seconds": found.seconds,
        "threads": found.threads,
        "products_per_second": found.products_per_second,
        "images_per_second": found.images_per_second,
        "layers": [
            {
                "name": layer.name,
                "kernel": layer.kernel,
                "path": layer.path,
                "rank": layer.rank,
                "products": layer.products,
                "seconds": layer.seconds,
            }
            for layer in found.layers
        ],
    }
