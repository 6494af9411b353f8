"""``hwgen quantize``: an 8-bit network of a float one."""

import argparse
from collections import Counter
from typing import Literal

from hwgen import api

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    default: Literal["weights", "none"] = "weights" if args.weights == "s8" else "none"
    scheme = api.Scheme(
        weights=args.weights,
        activations=args.activations,
        per_channel=args.per_channel,
        symmetric=args.symmetric or default,
        format=args.format,
        calibration=args.calibration,
    )
    network = api.quantize(
        args.model,
        args.data,
        args.output,
        preprocess=args.preprocess,
        images=args.images,
        scheme=scheme,
    )
    kinds = Counter(type(layer).__name__ for layer in network.layers)
    layers = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    print(f"{args.output}: {layers}")
    return 0
