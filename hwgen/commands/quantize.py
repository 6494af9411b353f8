"""``hwgen quantize``: an 8-bit network of a float one."""

import argparse
from collections import Counter
from typing import Literal

from hwgen.network.quantize import Scheme, calibration_images, quantize
from hwgen.output import replacing_file

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    default: Literal["weights", "none"] = "weights" if args.weights == "s8" else "none"
    scheme = Scheme(
        weights=args.weights,
        activations=args.activations,
        per_channel=args.per_channel,
        symmetric=args.symmetric or default,
        format=args.format,
        calibration=args.calibration,
    )
    with replacing_file(args.output) as place:  # a bad place is refused before the work
        images = calibration_images(args.model, args.data, args.preprocess, args.images)
        network = quantize(args.model, images, place, scheme)
    kinds = Counter(type(layer).__name__ for layer in network.layers)
    layers = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    print(f"{args.output}: {layers}; ranges from {len(images)} images")
    return 0
