"""What several commands are asked with."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["MULTIPLIER", "TECHNOLOGY", "Commands", "add_images", "add_json", "add_output"]

Commands: TypeAlias = dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]]

MULTIPLIER = "catalogue name, or a netlist that ends in .v"
TECHNOLOGY = "Liberty file, plain or .gz (default: a small generic technology)"


def add_images(command: argparse.ArgumentParser, purpose: str, required: bool = True) -> None:
    """Images of any format, and what their numbers mean."""
    command.add_argument(
        "--data",
        metavar="PATH",
        required=required,
        help=f"{purpose}: .npz, CIFAR-10, MNIST, or a folder of images with labels.csv",
    )
    command.add_argument(
        "--preprocess",
        metavar="FILE.toml|KEYS",
        help="what their numbers x mean: 'divide = 255, mean = 0.5, std = 1' for "
        "(x / divide - mean) / std, 'scale = 0.5, zero_point = 3' for scale * (x - zero_point), or "
        "'codes = true'; also layout = 'hwc'|'chw', colour = 'same'|'grey'|'rgb'|'bgr' "
        "(default: MODEL.toml beside the model)",
    )


def add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="machine-readable output")


def add_output(command: argparse.ArgumentParser, metavar: str, explanation: str) -> None:
    command.add_argument("-o", "--output", metavar=metavar, required=True, help=explanation)
