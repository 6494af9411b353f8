"""``hwgen characterize``: error, area, delay and energy of multipliers."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from hwgen import api
from hwgen.arith.catalogue import find
from hwgen.arith.histogram import load_histograms
from hwgen.arith.metrics import ErrorMetrics, measure
from hwgen.commands.output import print_json
from hwgen.commands.table import ERROR_HEADERS, error_cells, table
from hwgen.cost.model import MultiplierCost
from hwgen.cost.pe import PE_ROWS
from hwgen.errors import SpecError
from hwgen.network.transitions import Transitions

__all__ = ["run"]

FIGURES = ("area um2", "delay ns", "leakage nW")
CONVENTIONS = (
    "An error is the exact product minus the approximate one; MRE is over the pairs whose exact\n"
    "product is not 0."
)
TRACE = "trace"  # what a trace from a file is called


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    names = list(dict.fromkeys(args.names))
    histograms = load_histograms(args.histogram) if args.histogram else {}
    errors = {
        name: [measure(find(name), mode, **histograms) for mode in range(len(find(name).modes))]
        for name in names
    }
    costs = api.characterize(names, args.tech, traces=_traces(args), pe=args.pe)
    if args.json:
        print_json([_document(name, costs[name], errors[name]) for name in names])
        return 0
    layers = list(costs[names[0]].energy_pj[0])
    energies = ("energy pJ",) if len(layers) == 1 else tuple(f"{x} pJ" for x in layers)
    has_modes = any(len(find(name).modes) > 1 for name in names)
    headers = ("multiplier", *("mode",) * has_modes, *FIGURES, *energies, *ERROR_HEADERS)
    rows = [row for name in names for row in _rows(name, has_modes, costs[name], errors[name])]
    print(table(headers, rows))
    print(f"\n{_subject(args, costs[names[0]])}{_operands(args)}.\n{CONVENTIONS}")
    for line in _encodings(args, names):
        print(line)
    return 0


def _traces(args: argparse.Namespace) -> dict[str, Transitions] | None:
    if (args.model is None) != (args.data is None):
        raise SpecError("characterize must be given --model and --data together, not one of them")
    if args.trace is not None and args.model is not None:
        raise SpecError("characterize must be given --trace or --model, not both")
    if args.model is not None:
        return api.operands(args.model, args.data)
    return None if args.trace is None else {TRACE: Transitions.load(args.trace)}


def _rows(
    name: str, has_modes: bool, cost: MultiplierCost, errors: list[ErrorMetrics]
) -> Iterator[tuple[object, ...]]:
    """A row per mode; where any multiplier has several, a column says which."""
    labels = find(name).modes
    for mode, label in enumerate(labels):
        shown = (f"{mode} {label}" if len(labels) > 1 else None,) if has_modes else ()
        figures = (cost.area_um2, cost.delay_ns, cost.leakage_nw, *cost.energy_pj[mode].values())
        yield (name, *shown, *figures, *error_cells(errors[mode]))


def _document(name: str, cost: MultiplierCost, errors: list[ErrorMetrics]) -> dict[str, Any]:
    """All figures; ``energy_pj`` of a mode where there is one trace only."""
    modes = []
    for mode, label in enumerate(find(name).modes):
        layers = {
            layer: {"energy_pj": energy, "energy_by_code_pj": cost.energy_by_code[mode][layer]}
            for layer, energy in cost.energy_pj[mode].items()
        }
        energies = list(cost.energy_pj[mode].values())
        single = {"energy_pj": energies[0]} if len(energies) == 1 else {}
        modes.append(
            {"mode": mode, "name": label, **single, "layers": layers, **asdict(errors[mode])}
        )
    figures = {key: getattr(cost, key) for key in ("area_um2", "delay_ns", "leakage_nw")}
    return {"name": name, **figures, "clock_energy_pj": cost.clock_energy_pj, "modes": modes}


def _subject(args: argparse.Namespace, cost: MultiplierCost) -> str:
    if not args.pe:
        return "The multiplier alone; "
    return (
        f"A processing element of a column of {PE_ROWS}: multiplier, registers and adder. Every\n"
        f"energy holds {cost.clock_energy_pj:.4g} pJ of the registers' clock pins;\n"
    )


def _operands(args: argparse.Namespace) -> str:
    energy = "uniform random operands"
    if args.trace is not None:
        energy = f"the operands of {args.trace}"
    elif args.model is not None:
        energy = f"the operands of every layer of {args.model}"
    error = f"those of {args.histogram}" if args.histogram else "uniform operands"
    if energy == "uniform random operands" and not args.histogram:
        return "energy and error of a product of uniform random operands"
    return f"energy of a product of {energy}, error under {error}"


def _encodings(args: argparse.Namespace, names: list[str]) -> Iterator[str]:
    """How a trace of u8 activations and s8 weights was fed to multipliers of other operands."""
    if args.trace is None and args.model is None:
        return
    for name in names:
        a, w = find(name).a_kind, find(name).w_kind
        steps = ["u8 activations less 128"] * a.signed + ["s8 weights plus 128"] * (not w.signed)
        for kind, what in ((a, "activations"), (w, "weights")):
            if kind.width < 8:
                steps.append(f"the top {kind.width} bits of {what}")
        if steps:
            yield f"{name} takes {a.name} and {w.name}: it was fed {', '.join(steps)}."
