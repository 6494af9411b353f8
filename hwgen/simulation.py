"""Proving a build: its Verilog against golden, every code of every tensor."""

import dataclasses
import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen import golden
from hwgen.arith.catalogue import given
from hwgen.build import Build
from hwgen.compiler.cycles import program_cycles
from hwgen.compiler.program import Program
from hwgen.errors import DataError, ToolError, check_range
from hwgen.flow.simulator import (
    build_simulation,
    check_simulator,
    run_benches,
    simulator_version,
)
from hwgen.progress import progress
from hwgen.spec.registers.accelerator import CAUSES

__all__ = ["BENCH", "VISIBLE", "Simulation", "compare", "simulate"]

RESULT = "simulation.json"
BENCH = "bench_accelerator"
VISIBLE = {"executor": ("ended",), "memory_activations": ("words",)}  # beside the ports
IMAGES = 8
PATIENCE = 20  # times the cycles that a program should take
START_S = 120  # for a simulation to load its program, on a very busy machine
SLOWEST_HZ = 100  # simulated cycles per second, likewise


@dataclasses.dataclass(frozen=True)
class Simulation:
    """What a simulation saw.

    Parameters
    ----------
    images, tensors, codes : int
        Found equal to golden's, until the end of each run or its first mismatch.
    mismatches : int
        Runs that ended at a mismatch: each stops at its first.
    mismatch : str or None
        The first one: image, layer, place, value and what golden says.
    cycles_per_image : tuple of int
        From start to interrupt.
    causes : dict of str to int
        What the cycles of the longest run were spent on, by the accelerator's own counters: see
        :data:`hwgen.spec.registers.accelerator.CAUSES`.
    simulator : str
        Name and version.
    """

    images: int
    tensors: int
    codes: int
    mismatches: int
    mismatch: str | None
    cycles_per_image: tuple[int, ...]
    causes: dict[str, int]
    simulator: str


def simulate(build: Build, images: int | None = None, simulator: str = "icarus") -> Simulation:
    """Run the first test images through the Verilog and compare every tensor with golden.

    Leaves ``simulation.json`` in the build.

    Parameters
    ----------
    build : Build
    images : int, optional
        Test images: 1 to as many as there are; default: the first 8.
    simulator : str
        ``icarus`` or ``verilator``, which is compiled first and then runs much faster.
    """
    check_simulator(simulator)
    network = build.network()
    judged = build.images()
    images = min(IMAGES, len(judged)) if images is None else images
    check_range("simulate", "images", images, 1, len(judged))
    expected = golden.run(network, judged[:images], build.mapping())
    program = build.program()
    program.check_spec(build.spec())
    if not set(program.places) | set(program.extents) <= set(expected):
        raise DataError(f"build {build.folder} must hold the program of its own network")
    result = compare(build.verilog, program, expected, simulator)
    build.record(RESULT, dataclasses.asdict(result))
    return result


def compare(
    verilog: Path,
    program: Program,
    expected: Mapping[str, NDArray[np.uint8]],
    simulator: str = "icarus",
    stalls: float = 0.0,
) -> Simulation:
    """Execute a program on Verilog and compare all that it writes.

    Parameters
    ----------
    verilog : Path
        The accelerator.
    program : Program
    expected : mapping of str to uint8[N, H, W, C]
        Every tensor by name, the input first.
    simulator : str
        As :func:`simulate` takes it.
    stalls : float
        Share of the cycles in which each channel of the memory stands still.
    """
    version = simulator_version(simulator)
    workers = os.cpu_count() or 1
    count = len(next(iter(expected.values())))
    with tempfile.TemporaryDirectory(prefix="hwgen-simulation-") as name:
        job = Path(name)
        (job / "program.json").write_text(program.to_json(), encoding="utf-8")
        np.savez(job / "expected.npz", allow_pickle=False, **expected)
        (job / given.FOLDER).mkdir()
        for file, content in given.files_of(program.spec.multipliers).items():
            (job / file).write_bytes(content)
        compiled = job / "compiled"
        build_simulation(verilog, compiled, simulator=simulator, visible=VISIBLE)
        # Several images per run, so that what one leaves behind meets the next.
        parts = np.array_split(np.arange(count), min(-(-count // 2), 2 * workers))
        environments = [
            {
                "HWGEN_JOB": name,
                "HWGEN_IMAGES": ",".join(str(image) for image in part),
                "HWGEN_STALLS": str(stalls),
                "HWGEN_OUTCOME": f"outcome{number}.json",
            }
            for number, part in enumerate(parts)
        ]
        cycles = sum(step.total for step in program_cycles(program))
        longest = PATIENCE * cycles * max(len(part) for part in parts)
        limit_s = START_S + longest / SLOWEST_HZ
        runs = run_benches(
            BENCH, compiled, job, environments, workers, simulator=simulator, limit_s=limit_s
        )
        passed = list(progress(runs, "simulating", total=len(parts)))
        return _collect(job, passed, version)


def _reason(log: str) -> str:
    """The last exception in a bench's log, or else its last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()] or ["it left no log"]
    errors = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    return (errors or lines)[-1]


def _collect(job: Path, passed: list[bool], version: str) -> Simulation:
    outcomes = []
    for number, good in enumerate(passed):
        path = job / f"outcome{number}.json"
        outcome = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        if outcome is None or good != (outcome["mismatch"] is None):
            log = (job / f"run{number}" / "sim.log").read_text(encoding="utf-8", errors="replace")
            raise ToolError(f"the simulation bench failed: {_reason(log)}")
        outcomes.append(outcome)
    runs = [run for x in outcomes for run in x["runs"]]
    mismatches = [x["mismatch"] for x in outcomes if x["mismatch"] is not None]
    return Simulation(
        images=sum(x["images"] for x in outcomes),
        tensors=sum(x["tensors"] for x in outcomes),
        codes=sum(x["codes"] for x in outcomes),
        mismatches=len(mismatches),
        mismatch=mismatches[0] if mismatches else None,
        cycles_per_image=tuple(run["cycles"] for run in runs),
        causes={name: max(runs, key=lambda run: run["cycles"])[name] for name in CAUSES},
        simulator=version,
    )
