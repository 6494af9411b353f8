"""Programs on the machine's Verilog."""

import json

import numpy as np

from hwgen.compiler.machine.compile import compile_machine
from hwgen.compiler.machine.cycles import program_cycles
from hwgen.flow.simulator import build_simulation, run_benches
from hwgen.golden import run
from hwgen.machine import Machine
from hwgen.spec.registers.machine import machine_registers
from hwgen.verilog import to_verilog

__all__ = ["VISIBLE", "build", "simulate_image"]

VISIBLE = {"executor": ["ended"], "memory_activations": ["words"]}


def build(spec, folder, simulator="icarus"):
    """Compile the machine of ``spec``; returns the folder for :func:`simulate_image`."""
    folder.mkdir(parents=True, exist_ok=True)
    verilog = folder / "machine.v"
    verilog.write_text(to_verilog(Machine(spec), "machine"), encoding="utf-8")
    build_simulation(verilog, folder / "compiled", "machine", simulator, VISIBLE)
    return folder / "compiled"


def simulate_image(compiled, folder, network, mapping, spec, image, stalls=0.0, simulator="icarus"):
    """Run one image; returns the program, whether the bench passed, and what it saw."""
    program = compile_machine(network, mapping, spec)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.json").write_text(program.to_json())
    tensors = run(network, image[None], mapping)
    np.savez(folder / "expected.npz", **{name: codes[0] for name, codes in tensors.items()})
    offsets = {x.name: x.offset for x in machine_registers(spec).registers}
    cycles = sum(step.total for step in program_cycles(program))
    (folder / "registers.json").write_text(json.dumps(offsets | {"cycles": cycles}))
    environment = {"HWGEN_JOB": str(folder), "HWGEN_STALLS": str(stalls)}
    (passed,) = run_benches(
        "bench_machine",
        compiled,
        folder / "runs",
        [environment],
        top="machine",
        simulator=simulator,
    )
    outcome = folder / "outcome.json"
    return program, passed, json.loads(outcome.read_text()) if outcome.exists() else None
