"""What the commands about multipliers are asked with."""

import argparse

from hwgen.commands.arguments.common import MULTIPLIER, TECHNOLOGY, Commands, add_json, add_output

__all__ = ["COMMANDS"]


def _multipliers(command: argparse.ArgumentParser) -> None:
    command.add_argument("--kinds", metavar="KINDS", help="list only these, such as u8xs8")
    add_json(command)
    actions = command.add_subparsers(metavar="<action>", dest="action")
    for name, (explanation, add) in _ACTIONS.items():
        sentence = f"{explanation[0].upper()}{explanation[1:]}."
        add(actions.add_parser(name, help=explanation, description=sentence))


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help=MULTIPLIER)
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
    add_output(command, "NAME.v", "netlist to write, which is given wherever a name is")


def _export(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help=MULTIPLIER)
    command.add_argument(
        "--format",
        choices=("npy", "c", "verilog"),
        required=True,
        help="table by raw codes [a, w], or circuit",
    )
    command.add_argument(
        "--mode", type=int, metavar="N", help="only this mode (default: all of them)"
    )
    add_output(command, "FILE", "file to write")


_ACTIONS: Commands = {
    "show": ("show one multiplier", _show),
    "import": ("take in a multiplier that others wrote in Verilog", _import),
    "export": ("give a multiplier to other tools", _export),
}


def _characterize(command: argparse.ArgumentParser) -> None:
    command.add_argument("names", nargs="+", metavar="NAME", help=MULTIPLIER)
    command.add_argument("--tech", metavar="FILE", help=TECHNOLOGY)
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
    add_json(command)


def _check(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(metavar="<check>", dest="action", required=True)
    for name, explanation in _CHECKS.items():
        sentence = f"{explanation[0].upper()}{explanation[1:]}."
        check = actions.add_parser(name, help=explanation, description=sentence)
        check.add_argument("names", nargs="*", metavar="NAME", help=MULTIPLIER)
        check.add_argument("--all", action="store_true", help="the whole catalogue")
        check.add_argument("--tech", metavar="FILE", help=TECHNOLOGY)
        check.add_argument(
            "--pe", action="store_true", help="processing elements with the multipliers in them"
        )
        add_json(check)


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
    add_output(command, "DIR", "folder to write: multipliers.md, pictures, figures.csv")


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
    command.add_argument("--tech", metavar="FILE", help=TECHNOLOGY)
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
    add_output(command, "RUN", "folder to write; an earlier start of the same run goes on")


COMMANDS: Commands = {
    "multipliers": ("list multipliers, show one, take one in or give one out", _multipliers),
    "characterize": ("measure error, area, delay and energy of multipliers", _characterize),
    "check": ("check circuits and their figures against other tools", _check),
    "catalogue": ("measure the whole catalogue, and draw and tabulate it", _catalogue),
    "evolve": ("evolve an approximate multiplier of our own", _evolve),
}
