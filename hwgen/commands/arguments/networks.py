"""What the commands about networks and accelerators are asked with."""

import argparse

from hwgen.commands.arguments.common import (
    MULTIPLIER,
    TECHNOLOGY,
    Commands,
    add_images,
    add_json,
    add_output,
)

__all__ = ["COMMANDS"]


def _quantize(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL.onnx", help="float network")
    add_images(command, "images that the ranges of activations are taken from")
    command.add_argument(
        "--images", type=int, default=1000, metavar="N", help="only the first N (default: 1000)"
    )
    command.add_argument(
        "--weights", default="s8", metavar="s8|u8", help="codes of weights (default: s8)"
    )
    command.add_argument(
        "--activations", default="u8", metavar="u8|s8", help="codes of activations (default: u8)"
    )
    command.add_argument(
        "--per-channel", action="store_true", help="a scale for each output channel of weights"
    )
    command.add_argument(
        "--symmetric",
        metavar="WHAT",
        help="zero points in the middle of the codes: of weights, both or none "
        "(default: weights where they are s8, else none)",
    )
    command.add_argument(
        "--format", default="qdq", help="of the operators: qdq or qoperator (default: qdq)"
    )
    command.add_argument(
        "--calibration",
        default="minmax",
        metavar="METHOD",
        help="range of an activation: minmax, entropy or percentile (default: minmax)",
    )
    add_output(command, "OUT.onnx", "8-bit network to write")


def _inspect(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="8-bit network: .onnx or .tflite")
    command.add_argument(
        "--arch",
        default="4x4",
        metavar="PRESET|FILE.toml",
        help="accelerator it may run on (default: 4x4)",
    )
    add_images(command, "images to measure ranges of codes on", required=False)
    command.add_argument(
        "--images", type=int, default=100, metavar="N", help="only the first N (default: 100)"
    )
    add_json(command)


def _add_mapping(command: argparse.ArgumentParser) -> None:
    command.add_argument("--multiplier", metavar="NAME", help=f"in all layers: {MULTIPLIER}")
    command.add_argument("--mode", type=int, metavar="N", help="its mode (default: 0)")
    command.add_argument("--mapping", metavar="FILE.json", help="mapping file, in their place")


def _evaluate(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="quantized network: ONNX or TFLite")
    add_images(command, "labelled images")
    _add_mapping(command)
    command.add_argument("--images", type=int, metavar="N", help="only the first N (default: all)")
    command.add_argument(
        "--bias-update",
        metavar="PATH",
        help="fit bias updates first, to these calibration images: other ones than of --data",
    )
    command.add_argument(
        "--calibration-images",
        type=int,
        metavar="N",
        help="the first N of them (default: 500)",
    )
    command.add_argument(
        "-o", "--output", metavar="FILE.json", help="mapping to write, bias updates included"
    )
    command.add_argument(
        "--threads", type=int, metavar="N", help="threads (default: one for each core)"
    )
    command.add_argument(
        "--memory", type=int, default=512, metavar="MB", help="for tensors (default: 512)"
    )
    command.add_argument(
        "--kernel", metavar="NAME", help="lookup, factored or numpy (default: the fastest)"
    )
    add_json(command)


def _trace(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="quantized network: ONNX or TFLite")
    add_images(command, "images")
    _add_mapping(command)
    command.add_argument(
        "--images", type=int, default=100, metavar="N", help="only the first N (default: 100)"
    )
    command.add_argument(
        "--float",
        metavar="FILE.onnx",
        help="float model to compare with (default: the network itself without rounding)",
    )
    command.add_argument(
        "--memory", type=int, default=2048, metavar="MB", help="for tensors (default: 2048)"
    )
    add_json(command)
    command.epilog = (
        "All tensors of all images are held in memory. In JSON, ratios are decibels, or the text "
        "inf where nothing differs; null where the float model has no such tensor."
    )


def _explore(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="quantized network: ONNX or TFLite")
    add_images(command, "calibration images, which the search sees")
    command.add_argument(
        "--test",
        metavar="PATH",
        help="test images, read once after the search (default: those that DATA.npz holds, too)",
    )
    command.add_argument(
        "--method",
        action="append",
        metavar="NAME",
        help="search strategy, may be repeated (default: hwgen); precision runs with it",
    )
    command.add_argument(
        "--budget",
        type=int,
        default=400,
        metavar="N",
        help="mappings and probes that each method may evaluate (default: 400)",
    )
    command.add_argument(
        "--images",
        type=int,
        default=2000,
        metavar="N",
        help="calibration images to search with, the first N (default: 2000); what is found is "
        "judged on all",
    )
    command.add_argument(
        "--max-drop",
        type=float,
        default=1.0,
        metavar="POINTS",
        help="accuracy that may be lost, in percent points (default: 1.0)",
    )
    command.add_argument(
        "--query", default="", metavar="TEXT", help="what mappings of method formal must satisfy"
    )
    command.add_argument(
        "--arch",
        default="4x4",
        metavar="PRESET|FILE.toml",
        help="accelerator to map onto (default: 4x4)",
    )
    command.add_argument(
        "--tiles", type=int, metavar="T", help="form tiles: T arrays, each of its own multiplier"
    )
    command.add_argument(
        "--multipliers",
        metavar="NAME,...",
        help="only these, exact and reduced precision: catalogue names, or netlists that end in .v",
    )
    command.add_argument("--seed", type=int, default=0, help="seed of the search (default: 0)")
    command.add_argument(
        "--workers", type=int, metavar="N", help="processes (default: one for each core)"
    )
    command.add_argument(
        "--cluster", metavar="ADDRESS", help="Dask scheduler whose workers evaluate in their place"
    )
    command.add_argument("--tech", metavar="FILE", help=TECHNOLOGY)
    add_output(command, "STUDY", "study: one file, with which the same command goes on")


def _generate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "source", metavar="STUDY|MODEL", help="what hwgen explore wrote, or a quantized network"
    )
    command.add_argument(
        "--pick",
        metavar="max-drop=POINTS",
        help="cheapest mapping of a study within that drop (default: the drop given to explore)",
    )
    command.add_argument(
        "--method", metavar="NAME", help="only what that method found (default: all methods)"
    )
    _add_mapping(command)
    add_images(command, "images of a network's build", required=False)
    command.add_argument(
        "--images", type=int, default=16, metavar="N", help="keep the first N (default: 16)"
    )
    command.add_argument(
        "--arch",
        metavar="PRESET|FILE.toml",
        help="accelerator for a network: a preset takes the mapping's multiplier, a file says "
        "what it holds (default: 4x4)",
    )
    add_output(command, "BUILD", "build to write: a folder")


def _simulate(command: argparse.ArgumentParser) -> None:
    command.add_argument("build", metavar="BUILD", help="what hwgen generate wrote")
    command.add_argument(
        "--images", type=int, metavar="N", help="test images to run (default: the first 8)"
    )
    command.add_argument(
        "--simulator",
        default="icarus",
        metavar="NAME",
        help="icarus, or verilator, which is compiled first and then faster (default: icarus)",
    )
    add_json(command)


def _synth(command: argparse.ArgumentParser) -> None:
    command.add_argument("build", metavar="BUILD", help="what hwgen generate wrote")
    command.add_argument("--tech", metavar="FILE", help=TECHNOLOGY)
    add_json(command)


def _report(command: argparse.ArgumentParser) -> None:
    command.add_argument("source", metavar="STUDY|BUILD", help="what explore or generate wrote")
    add_output(command, "report.html", "page to write; report.json appears beside it")


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-o",
        "--output",
        default="hwgen-demo",
        metavar="DIR",
        help="folder to write (default: hwgen-demo)",
    )


COMMANDS: Commands = {
    "quantize": ("make an 8-bit network of a float one", _quantize),
    "inspect": ("list a network's layers, codes and needs", _inspect),
    "evaluate": ("measure the accuracy of a mapping", _evaluate),
    "trace": ("find the layer where a mapping parts from the exact network", _trace),
    "explore": ("search for the multiplier modes of a network's layers", _explore),
    "generate": ("write Verilog, program and manifest of one mapping", _generate),
    "simulate": ("prove the Verilog equal to the integer reference", _simulate),
    "synth": ("measure area, delay and energy of the Verilog", _synth),
    "report": ("write a page with plots, and the same as JSON", _report),
    "demo": ("do all of this on the embedded digits network", _demo),
}
