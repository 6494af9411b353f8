"""Programs on the accelerator's Verilog."""

import json

import numpy as np

from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.flow.simulator import build_simulation, run_benches
from hwgen.golden import run
from hwgen.simulation import BENCH, VISIBLE
from hwgen.verilog import to_verilog

__all__ = ["build", "simulate_image", "simulate_images"]


def build(spec, folder, simulator="icarus"):
    """Compile the accelerator of ``spec``; returns the folder for :func:`simulate_image`."""
    folder.mkdir(parents=True, exist_ok=True)
    verilog = folder / "accelerator.v"
    verilog.write_text(to_verilog(Accelerator(spec), "accelerator"), encoding="utf-8")
    build_simulation(verilog, folder / "compiled", "accelerator", simulator, VISIBLE)
    return folder / "compiled"


def simulate_image(compiled, folder, network, mapping, spec, image, stalls=0.0, simulator="icarus"):
    """Run one image; returns the program, whether the bench passed, and what it saw."""
    images = image[None]
    return simulate_images(compiled, folder, network, mapping, spec, images, stalls, simulator)


def simulate_images(
    compiled, folder, network, mapping, spec, images, stalls=0.0, simulator="icarus", **environment
):
    """Run images one after the other, without a reset; returns the same."""
    program = compile_network(network, mapping, spec)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.json").write_text(program.to_json())
    np.savez(folder / "expected.npz", **run(network, images, mapping))
    environment |= {
        "HWGEN_JOB": str(folder),
        "HWGEN_IMAGES": ",".join(map(str, range(len(images)))),
        "HWGEN_STALLS": str(stalls),
        "HWGEN_OUTCOME": "outcome.json",
    }
    (passed,) = run_benches(
        BENCH,
        compiled,
        folder / "runs",
        [environment],
        top="accelerator",
        simulator=simulator,
    )
    outcome = folder / "outcome.json"
    if not outcome.exists():
        return program, passed, None
    seen = json.loads(outcome.read_text())
    return program, passed, seen | seen["runs"][-1]
