"""``hwgen evolve``: an approximate multiplier of our own, by Cartesian genetic programming."""

import argparse
import hashlib
import re
import shlex
import sys
from pathlib import Path
from typing import Any

from hwgen.arith.catalogue import CATALOGUE, find
from hwgen.arith.exact import Exact
from hwgen.arith.histogram import load_histograms, pair_probabilities
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.netlist.gate_builder import to_verilog
from hwgen.arith.netlist.netlist import Netlist
from hwgen.commands.table import ERROR_HEADERS, error_cells, table
from hwgen.cost.characterize import characterize
from hwgen.cost.technology import Technology
from hwgen.errors import SpecError, check_range
from hwgen.evolve.constraint import Constraint, parse_bound
from hwgen.evolve.island import Checked
from hwgen.evolve.problem import Problem
from hwgen.evolve.record import Record
from hwgen.evolve.run import Budget, Progress, check_settings
from hwgen.evolve.run import run as evolve
from hwgen.evolve.seed import as_netlist
from hwgen.kernels import evolution
from hwgen.output import replacing_file

__all__ = ["run"]

HEADERS = ("multiplier", "area um2", "delay ns", "energy pJ", *ERROR_HEADERS)
_TIME = re.compile(r"(\d+(?:\.\d*)?)([smh])")
_NAME = re.compile(r"[A-Za-z_]\w*")
_OPTIONS = (  # in the order in which a circuit's header shows them
    *("mae", "wce", "mean", "zero", "histogram", "objective", "tech", "seed"),
    *("evaluations", "processes", "check_every", "name"),
)
_DEFAULTS = {
    "objective": "energy",
    "seed": 0,
    "processes": 1,
    "check_every": 20000,
    "name": "evolved",
}


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if _NAME.fullmatch(args.name) is None:
        raise SpecError(f"circuit name must be a plain identifier, not {args.name!r}")
    budget = _budget(args)
    settings = {name: getattr(args, name) for name in ("seed", "processes", "check_every")}
    check_settings(**settings)
    problem = _problem(args)
    record = Record.open(args.output, _facts(args, problem))
    try:
        found = evolve(problem, record, budget, **settings, report=lambda x: _report(problem, x))
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(
            f"the run is kept in {args.output}, and the same command goes on with it"
        ) from stop
    if sys.stderr.isatty():
        print(file=sys.stderr)  # ends the progress line
    rounds, seconds = record.rounds()
    done = rounds * args.check_every * args.processes
    if found is None:
        print("no circuit within the bounds was as fast as the exact product; try for longer")
    else:
        with replacing_file(record.folder / f"{args.name}.v") as place:
            place.write_text(_verilog(args, found, problem, done), encoding="utf-8")
        print(_table(args, problem, find(str(record.folder / f"{args.name}.v"))))
    rate = done / max(seconds, 1e-9)
    path = evolution.active_path()
    print(f"{done:,} evaluations in {seconds:.1f} s ({rate:,.0f}/s), {path} kernels")
    return int(found is None)


def _budget(args: argparse.Namespace) -> Budget:
    if args.evaluations is None and args.time is None:
        raise SpecError("evolution must be given evaluations or a time, not neither")
    if args.evaluations is not None:
        check_range("evolution", "evaluations", args.evaluations, 1, 10**15)
    return Budget(
        evaluations=args.evaluations, seconds=None if args.time is None else _seconds(args.time)
    )


def _seconds(text: str) -> float:
    found = _TIME.fullmatch(text)
    seconds = float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]] if found else 0.0
    if seconds <= 0:
        raise SpecError(f"evolution time must be such as 90s, 10m or 2h, not {text!r}")
    return seconds


def _problem(args: argparse.Namespace) -> Problem:
    seed = _seed_circuit(args.seed_circuit)
    bits = seed.a_kind.width + seed.w_kind.width
    bounds = {
        name: parse_bound(name, getattr(args, name), bits)
        for name in ("mae", "wce", "mean")
        if getattr(args, name) is not None
    }
    joint = None
    if args.histogram is not None:
        histograms = load_histograms(args.histogram)
        joint = pair_probabilities(seed.a_kind, seed.w_kind, **histograms)
    return Problem(
        seed_circuit=seed,
        constraint=Constraint(**bounds, zero=args.zero, joint=joint),
        objective=args.objective,
        technology=Technology.load(args.tech),
    )


def _seed_circuit(name: str) -> Netlist:
    return as_netlist(find(name), Path(name).stem)


def _facts(args: argparse.Namespace, problem: Problem) -> dict[str, Any]:
    """What makes a run what it is; budgets may grow."""
    bounds, seed = problem.constraint, problem.seed_circuit
    joint = None if bounds.joint is None else hashlib.sha256(bounds.joint.tobytes()).hexdigest()
    gates = repr((seed.gates, seed.outputs, seed.a_kind, seed.w_kind, seed.p_kind))
    return {
        "seed circuit": hashlib.sha256(gates.encode()).hexdigest(),
        "mae": bounds.mae,
        "wce": bounds.wce,
        "mean": bounds.mean,
        "zero": bounds.zero,
        "histogram": joint,
        "objective": problem.objective,
        "technology": problem.technology.digest,
        "seed": args.seed,
        "processes": args.processes,
        "check-every": args.check_every,
    }


def _report(problem: Problem, progress: Progress) -> None:
    """The progress line: talk, so on stderr, and only to a person who waits."""
    if not sys.stderr.isatty():
        return
    share = progress.figure / problem.figure(problem.baseline)
    rate = progress.evaluations / max(progress.seconds, 1e-9)
    line = (
        f"\rround {progress.rounds}: {progress.evaluations:,} evaluations"
        f" ({rate:,.0f}/s, {evolution.active_path()}), {progress.neutral:,} neutral,"
        f" best {problem.objective} {100 * share:.1f} % of exact"
    )
    print(line, end="", file=sys.stderr, flush=True)


def _table(args: argparse.Namespace, problem: Problem, circuit: Multiplier) -> str:
    """The circuit beside the exact product and its seed, each as the catalogue builds it.

    Without a histogram the figures are those that ``hwgen characterize`` gives.
    """
    seed = Path(args.seed_circuit).stem, find(args.seed_circuit)
    rows = [_exact(circuit), seed, (args.name, circuit)]
    lines = [
        (name, *_costs(problem, x), *error_cells(problem.constraint.measured(x)))
        for name, x in rows
    ]
    under = "uniform random" if problem.constraint.joint is None else "the histogram's"
    return (
        f"{table(HEADERS, lines)}\n\n{args.name} is in {args.output}; technology "
        f"{problem.technology.name}, {under} operands"
    )


def _costs(problem: Problem, multiplier: Multiplier) -> tuple[float, float, float]:
    """Area, delay and energy under the histogram, or else under characterize's own trace."""
    traces = None if problem.constraint.joint is None else problem.traces
    cost = characterize(multiplier, problem.technology, traces)
    (energy,) = cost.energy_pj[0].values()
    return cost.area_um2, cost.delay_ns, energy


def _exact(circuit: Multiplier) -> tuple[str, Multiplier]:
    """The exact product of a circuit's operands, under its catalogue name if it has one."""
    product = Exact(a_kind=circuit.a_kind, w_kind=circuit.w_kind)
    names = (name for name, x in CATALOGUE.items() if x == product)
    return next(names, "exact"), product


def _verilog(args: argparse.Namespace, found: Checked, problem: Problem, done: int) -> str:
    error, (area, delay, energy) = found.error, _costs(problem, found.netlist)
    bits = problem.seed_circuit.a_kind.width + problem.seed_circuit.w_kind.width
    figures = (
        f"MAE {100 * error.mae / (1 << bits):.4f} % of 2**{bits}, WCE {error.wce}, "
        f"mean error {error.mean:.3g}; in {problem.technology.name} {area:.1f} um2, "
        f"{delay:.3f} ns, {energy:.4g} pJ a product"
    )
    return f"// {_command(args, done)}\n// {figures}\n{to_verilog(found.netlist, args.name)}"


def _command(args: argparse.Namespace, done: int) -> str:
    """The command line that gives this circuit again, without places of this machine.

    A time would give another circuit each time: it says the evaluations that were ``done``.
    """
    parts = ["hwgen evolve --seed-circuit", shlex.quote(Path(args.seed_circuit).name)]
    for name in _OPTIONS:
        value: Any = done if name == "evaluations" else getattr(args, name)
        if value is None or value is False or value == _DEFAULTS.get(name):
            continue
        parts.append(f"--{name.replace('_', '-')}")
        if value is not True:
            shown = Path(value).name if name in ("histogram", "tech") else value
            parts.append(shlex.quote(str(shown)))
    return " ".join([*parts, "-o RUN"])
