"""What commands about a mapped network share: the network, its images and its mapping."""

import argparse
from pathlib import Path

from hwgen import api
from hwgen.errors import SpecError, check_range
from hwgen.network.data import Labelled, Part
from hwgen.network.graph import Network
from hwgen.spec.mapping import Mapping

__all__ = ["images_of", "mapping_of"]


def images_of(
    args: argparse.Namespace,
    network: Network,
    path: str,
    count: int | None,
    option: str = "images",
    part: Part = "test",
) -> Labelled:
    """The first ``count`` images of a data set, all by default."""
    if count is not None:
        check_range("option", option, count, 1, 1 << 31)
    found = api.load_images(path, network, model=args.model, preprocess=args.preprocess, part=part)
    return Labelled(images=found.images[:count], labels=found.labels[:count])


def mapping_of(args: argparse.Namespace, network: Network) -> Mapping | None:
    """What ``--mapping``, or ``--multiplier`` and ``--mode`` say; None where neither is given."""
    if args.mapping is not None and args.multiplier is not None:
        raise SpecError("a mapping must be given by --mapping or by --multiplier, not by both")
    if args.mode is not None and args.multiplier is None:
        raise SpecError("--mode must be given with --multiplier, not alone")
    if args.mapping is not None:
        return Mapping.read(Path(args.mapping))
    if args.multiplier is None:
        return None
    return api.uniform_mapping(network, args.multiplier, args.mode or 0)
