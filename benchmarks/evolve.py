"""How many candidates a second does hwgen evolve judge, in each instruction set?

Usage: python benchmarks/evolve.py [--seconds 2] [--numpy]

The circuit is the exact 8 x 8 array multiplier, the bound a mean absolute error of 0.05 % of
2**16. One evaluation is one candidate whose circuit, wires and constants folded, differs from
its parent's; neutral candidates are skipped and counted apart. "in full" computes every gate on
all 65,536 pairs and the whole error of every candidate; "search" is what hwgen evolve runs: it
stops at the first broken bound and computes only what changed. On one core, in CPU seconds.
"""

import argparse
import time
from dataclasses import replace

import numpy as np

from hwgen import kernels
from hwgen.arith.netlist.gate_builder import array_multiplier
from hwgen.arith.operand import U8
from hwgen.cost.technology import Technology
from hwgen.evolve.constraint import Constraint
from hwgen.evolve.problem import Problem

MAE = 0.0005 * 65536


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="per figure (default: 2)")
    parser.add_argument("--numpy", action="store_true", help="measure the fallback too: slow")
    args = parser.parse_args()

    problems = {
        "MAE, in full": replace_task(problem("area"), in_full=True),
        "MAE of a histogram, in full": replace_task(problem("area", histogram()), in_full=True),
        "MAE, search for area": problem("area"),
        "MAE, search for energy": problem("energy"),
        "MAE of a histogram, search for energy": problem("energy", histogram()),
    }
    print(f"{'':40} {'path':>8} {'evaluations/s':>13} {'neutral/s':>10}")
    for label, (task, start) in problems.items():
        for path in kernels.paths()[not args.numpy :]:
            rate, neutral = measured(task, start, path, args.seconds)
            print(f"{label:40} {path:>8} {rate:13,.0f} {neutral:10,.0f}", flush=True)


def problem(objective, joint=None):
    """The task and the state to start from."""
    found = Problem(
        seed_circuit=array_multiplier("array", U8, U8),
        constraint=Constraint(mae=MAE, joint=joint),
        objective=objective,
        technology=Technology.load(),
    )
    return found.task, found.start(1)


def replace_task(pair, **settings):
    return replace(pair[0], **settings), pair[1]


def histogram():
    """Activations as after a ReLU, weights around the middle."""
    codes = np.arange(256)
    a = np.where(codes == 0, 0.4, 0.6 * np.exp(-codes / 40))
    w = np.exp(-(((codes - 128) / 30) ** 2))
    joint = np.multiply.outer(a, w)
    return joint / joint.sum()


def measured(task, state, path, seconds):
    state = kernels.evolve(task, state, 100, path)  # warm
    first, begin, step = state, time.process_time(), 100
    while (took := time.process_time() - begin) < seconds:
        state = kernels.evolve(task, state, step, path)
        step = min(50_000, 2 * step)
    return (state.evaluations - first.evaluations) / took, (state.neutral - first.neutral) / took


if __name__ == "__main__":
    main()
