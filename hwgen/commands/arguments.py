"""What every command is asked with. Imports nothing heavy, so that help is instant.

Each command is a module of this package of the same name, with ``run(args) -> int``.
"""

import argparse
from typing import Any, NoReturn

import hwgen
from hwgen.errors import HwgenError

__all__ = ["COMMANDS", "parser"]

_MULTIPLIER = "catalogue name, or a netlist that ends in .v"
_TECHNOLOGY = "Liberty file, plain or .gz (default: a small generic technology)"


class _Formatter(argparse.HelpFormatter):
    """Help with room for the longest command beside its explanation."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=100)
        self._action_max_length = 18  # argparse forgets that commands are indented twice


class _Parser(argparse.ArgumentParser):
    """Parser whose complaint is one line, like every other."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(formatter_class=_Formatter, **settings)

    def error(self, message: str) -> NoReturn:
        raise HwgenError(f"{message} (see {self.prog} --help)")


def parser(description: str) -> argparse.ArgumentParser:
    """The parser of the whole command line; it sets ``command`` to the name of the command."""
    top = _Parser(
        prog="hwgen",
        description=description,
        epilog="Exit codes: 0 done, 1 a check failed, 2 the request was wrong or interrupted.",
    )
    top.add_argument("--version", action="version", version=f"hwgen {hwgen.__version__}")
    commands = top.add_subparsers(metavar="<command>", dest="command", required=True)
    for name, (explanation, add) in COMMANDS.items():
        sentence = f"{explanation[0].upper()}{explanation[1:]}."
        add(commands.add_parser(name, help=explanation, description=sentence))
    return top


def _multipliers(command: argparse.ArgumentParser) -> None:
    command.add_argument("--kinds", metavar="KINDS", help="list only these, such as u8xs8")
    _add_json(command)
    actions = command.add_subparsers(metavar="<action>", dest="action")
    for name, (explanation, add) in _ACTIONS.items():
        sentence = f"{explanation[0].upper()}{explanation[1:]}."
        add(actions.add_parser(name, help=explanation, description=sentence))


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help=_MULTIPLIER)
    # Absent, it leaves alone what was said before the action.
    command.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="machine-readable output"
    )


def _import(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE.v", help="combinational Verilog")
    for option, what in (("--a", "activation"), ("--w", "weight"), ("--out", "product")):
        command.add_argument(option, metavar="PORT", required=True, help=f"port of the {what}")
    for option, what in (
        ("--signed", "both operands are"),
        ("--a-signed", "the activation is"),
        ("--w-signed", "the weight is"),
    ):
        command.add_argument(option, action="store_true", help=f"{what} two's complement")
    command.add_argument("--top", metavar="MODULE", help="module (default: the only unused one)")
    command.add_argument("--name", help="name of the multiplier (default: the module's)")
    _add_output(command, "NAME.v", "netlist to write, which is given wherever a name is")


def _export(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help=_MULTIPLIER)
    command.add_argument(
        "--format",
        choices=("npy", "c", "verilog"),
        required=True,
        help="table by raw codes [a, w], or circuit",
    )
    command.add_argument(
        "--mode", type=int, metavar="N", help="only this mode (default: all of them)"
    )
    _add_output(command, "FILE", "file to write")


_ACTIONS = {
    "show": ("show one multiplier", _show),
    "import": ("take in a multiplier that others wrote in Verilog", _import),
    "export": ("give a multiplier to other tools", _export),
}


def _characterize(command: argparse.ArgumentParser) -> None:
    command.add_argument("names", nargs="+", metavar="NAME", help=_MULTIPLIER)
    command.add_argument("--tech", metavar="FILE", help=_TECHNOLOGY)
    command.add_argument(
        "--pe", action="store_true", help="figures of processing elements with the multipliers"
    )
    command.add_argument(
        "--histogram",
        metavar="FILE.npz",
        help="errors under operands of these counts or probabilities by raw code: a, w or joint",
    )
    command.add_argument(
        "--trace",
        metavar="FILE.npz",
        help="energy on these operands: a_before, w_before, a and w (default: uniform random)",
    )
    command.add_argument(
        "--model", metavar="MODEL.onnx", help="energy on the operands of this int8 network"
    )
    command.add_argument("--data", metavar="FILE.npz", help="images that the network runs")
    _add_json(command)


def _check(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(metavar="<check>", dest="action", required=True)
    for name, explanation in _CHECKS.items():
        sentence = f"{explanation[0].upper()}{explanation[1:]}."
        check = actions.add_parser(name, help=explanation, description=sentence)
        check.add_argument("names", nargs="*", metavar="NAME", help=_MULTIPLIER)
        check.add_argument("--all", action="store_true", help="the whole catalogue")
        check.add_argument("--tech", metavar="FILE", help=_TECHNOLOGY)
        check.add_argument(
            "--pe", action="store_true", help="processing elements with the multipliers in them"
        )
        _add_json(check)


_CHECKS = {
    "toggles": "compare toggle counts with Icarus Verilog, net by net",
    "sta": "compare area, delay and energy with OpenSTA",
    "equivalence": "prove mapped netlists equivalent to their RTL",
}


def _catalogue(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--tech",
        metavar="FILE",
        action="append",
        default=[],
        help="Liberty file to measure in besides the generic technology; may be repeated",
    )
    command.add_argument(
        "--compare",
        metavar="LABEL=FOLDER",
        action="append",
        default=[],
        help="library to compare with: imported netlists (.v); may be repeated",
    )
    _add_output(command, "DIR", "folder to write: multipliers.md, pictures, figures.csv")


def _evolve(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--seed-circuit",
        metavar="NAME|FILE.v",
        required=True,
        help="catalogue name or netlist to start from",
    )
    bounds = command.add_argument_group("bounds", "an error, or a percentage of all codes: 0.5%")
    bounds.add_argument("--mae", metavar="BOUND", help="mean absolute error")
    bounds.add_argument("--wce", metavar="BOUND", help="worst-case error")
    bounds.add_argument("--mean", metavar="BOUND", help="absolute mean error")
    bounds.add_argument("--zero", action="store_true", help="0 times anything is 0")
    bounds.add_argument(
        "--histogram",
        metavar="FILE.npz",
        help="arrays a and w, or joint: how likely operands are, for MAE, mean error and energy",
    )
    command.add_argument(
        "--objective", default="energy", help="area or energy, after synthesis (default: energy)"
    )
    command.add_argument("--tech", metavar="FILE", help=_TECHNOLOGY)
    command.add_argument("--seed", type=int, default=0, help="of random numbers (default: 0)")
    command.add_argument(
        "--evaluations", type=int, metavar="N", help="stop after N, of all processes together"
    )
    command.add_argument("--time", metavar="TIME", help="stop after 90s, 10m or 2h in all")
    command.add_argument(
        "--processes", type=int, default=1, metavar="N", help="populations (default: 1)"
    )
    command.add_argument(
        "--check-every",
        type=int,
        default=20000,
        metavar="N",
        help="evaluations between two syntheses (default: 20000)",
    )
    command.add_argument("--name", default="evolved", help="of the circuit (default: evolved)")
    _add_output(command, "RUN", "folder to write; an earlier start of the same run goes on")


def _explore(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL.onnx", help="int8 network in QDQ form")
    command.add_argument(
        "--data",
        metavar="FILE.npz",
        required=True,
        help="calibration_images, calibration_labels, test_images and test_labels",
    )
    command.add_argument(
        "--method", default="nsga2", help="uniform, precision, greedy or nsga2 (default: nsga2)"
    )
    command.add_argument(
        "--max-drop",
        type=float,
        default=1.0,
        metavar="POINTS",
        help="accuracy that may be lost, in percent points (default: 1.0)",
    )
    command.add_argument(
        "--arch",
        default="4x4",
        metavar="PRESET|FILE.toml",
        help="accelerator to map onto (default: 4x4)",
    )
    command.add_argument(
        "--multipliers",
        metavar="NAME,...",
        help="only these and exact: catalogue names, or netlists that end in .v (default: all)",
    )
    command.add_argument("--seed", type=int, default=0, help="seed of the search (default: 0)")
    command.add_argument("--tech", metavar="FILE", help=_TECHNOLOGY)
    _add_output(command, "STUDY", "study to write: one file")


def _generate(command: argparse.ArgumentParser) -> None:
    command.add_argument("study", metavar="STUDY", help="what hwgen explore wrote")
    command.add_argument(
        "--pick",
        metavar="max-drop=POINTS",
        help="cheapest mapping within that drop (default: the drop given to explore)",
    )
    _add_output(command, "BUILD", "build to write: a folder")


def _simulate(command: argparse.ArgumentParser) -> None:
    command.add_argument("build", metavar="BUILD", help="what hwgen generate wrote")
    command.add_argument(
        "--images", type=int, default=8, metavar="N", help="test images to run (default: 8)"
    )
    _add_json(command)


def _synth(command: argparse.ArgumentParser) -> None:
    command.add_argument("build", metavar="BUILD", help="what hwgen generate wrote")
    command.add_argument("--tech", metavar="FILE", help=_TECHNOLOGY)
    _add_json(command)


def _report(command: argparse.ArgumentParser) -> None:
    command.add_argument("source", metavar="STUDY|BUILD", help="what explore or generate wrote")
    _add_output(command, "report.html", "page to write; report.json appears beside it")


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-o",
        "--output",
        default="hwgen-demo",
        metavar="DIR",
        help="folder to write (default: hwgen-demo)",
    )


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="machine-readable output")


def _add_output(command: argparse.ArgumentParser, metavar: str, explanation: str) -> None:
    command.add_argument("-o", "--output", metavar=metavar, required=True, help=explanation)


COMMANDS = {
    "multipliers": ("list multipliers, show one, take one in or give one out", _multipliers),
    "characterize": ("measure error, area, delay and energy of multipliers", _characterize),
    "check": ("check circuits and their figures against other tools", _check),
    "catalogue": ("measure the whole catalogue, and draw and tabulate it", _catalogue),
    "evolve": ("evolve an approximate multiplier of our own", _evolve),
    "explore": ("search for the multiplier modes of a network's layers", _explore),
    "generate": ("write Verilog, program and manifest of one mapping", _generate),
    "simulate": ("prove the Verilog equal to the integer reference", _simulate),
    "synth": ("measure area, delay and energy of the Verilog", _synth),
    "report": ("write a page with plots, and the same as JSON", _report),
    "demo": ("do all of this on the embedded digits network", _demo),
}
