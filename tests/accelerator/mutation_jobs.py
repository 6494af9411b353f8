"""Accelerators of every hardware form, and jobs that exercise all their parts."""

import inspect
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from amaranth.hdl import Value

from hwgen import golden
from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.compiler.program import Program
from hwgen.emission import Emitter
from hwgen.errors import ToolError
from hwgen.flow.simulator import run_benches
from hwgen.simulation import BENCH
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.verilog import to_verilog
from tests.accelerator.forms import finest_mapping
from tests.accelerator.mutation_networks import rounding_once, rounding_twice

__all__ = ["JOBS", "SPECS", "Emitted", "Job", "job", "run_job"]

LIMIT_S = 300.0  # the bench itself has a limit of cycles
_SMALL = {"accumulator_depth": 40, "activation_bytes": 256, "weight_fifo_words": 6}
SPECS = {
    "weights": AcceleratorSpec(
        rows=5,
        cols=3,
        requantizers=1,
        multipliers=("scalable_t5_u8",),
        multiplier_stages=1,
        activation_sum=True,
        variate_bits=3,
        **_SMALL,
    ),
    "ranges": AcceleratorSpec(
        rows=3,
        cols=4,
        requantizers=4,
        form="ranges",
        multipliers=("posneg_2",),
        **_SMALL,
        data_width=128,
        address_width=40,
    ),
    "columns": AcceleratorSpec(
        rows=4, cols=4, requantizers=2, form="columns", multipliers=("exact", "drum_4"), **_SMALL
    ),
    "tiles": AcceleratorSpec(
        rows=4,
        cols=3,
        requantizers=3,
        form="tiles",
        multipliers=("exact_s8", "drum_4_s8"),
        **_SMALL,
    ),
    "edge": AcceleratorSpec(
        rows=4, cols=3, requantizers=3, form="edge", multipliers=("precision_5x8",), **_SMALL
    ),
}
JOBS = ((rounding_twice, 1, 0.0), (rounding_once, 2, 0.3))
"""Network, how many images, and how often memory stalls."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A program, and what memory and banks hold after it, image by image."""

    program: Program
    expected: dict
    stalls: float

    @property
    def images(self):
        """How many there are."""
        return len(self.expected[self.program.input])


def job(spec, make_network, images, stalls):
    """A network on an accelerator, with random images."""
    rng = np.random.default_rng(1)
    network = make_network(rng)
    mapping = finest_mapping(rng, network, spec)
    codes = rng.integers(0, 256, (images, *network.input_shape)).astype(np.uint8)
    return Job(
        program=compile_network(network, mapping, spec),
        expected=golden.run(network, codes, mapping),
        stalls=stalls,
    )


def run_job(job, compiled, folder, program=None):
    """Run a job on a compiled accelerator; returns what the bench saw, or None if it gave up."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.json").write_text((program or job.program).to_json())
    np.savez(folder / "expected.npz", **job.expected)
    environment = {
        "HWGEN_JOB": str(folder),
        "HWGEN_IMAGES": ",".join(map(str, range(job.images))),
        "HWGEN_STALLS": str(job.stalls),
        "HWGEN_OUTCOME": "outcome.json",
    }
    if not job.stalls:
        environment["HWGEN_STEPS"] = "1"
    outcome = folder / "outcome.json"
    outcome.unlink(missing_ok=True)
    try:
        (passed,) = run_benches(
            BENCH, compiled, folder, [environment], top="accelerator", limit_s=LIMIT_S
        )
    except ToolError:
        return None
    if not outcome.exists():
        return None
    seen = json.loads(outcome.read_text())
    assert passed == (seen["mismatch"] is None)
    return seen


class Emitted:
    """Verilog of an accelerator, and the component of each of its modules."""

    def __init__(self, spec):
        emitter = _Recorder()
        emitter.add("accelerator", Accelerator(spec))
        self.components = emitter.components
        self.verilog = to_verilog(Accelerator(spec), "accelerator")

    def with_fault(self, module, old, new):
        """The Verilog with one module made of a changed source; ``old`` is in it only once."""
        component = self.components[module]
        right = type(component)
        path = Path(inspect.getfile(right))
        source = path.read_text(encoding="utf-8")
        assert source.count(old) == 1, f"{old!r} occurs {source.count(old)} times in {path}"
        names = {"__name__": right.__module__}
        exec(compile(source.replace(old, new), path, "exec"), names)
        try:
            component.__class__ = names[right.__name__]
            changed = self.with_module(module)
        finally:
            component.__class__ = right
        assert changed != self.verilog
        return changed

    def with_module(self, module):
        """The Verilog with one module emitted again."""
        component = self.components[module]
        for path, _, value in component.signature.flatten(component):
            Value.cast(value).name = "__".join(map(str, path))  # its parent gave it another one
        text = to_verilog(component, module)
        return self.verilog.replace(module_of(self.verilog, module), module_of(text, module))


class _Recorder(Emitter):
    def __init__(self):
        super().__init__()
        self.components = {}

    def add(self, module, component):
        self.components.setdefault(module, component)
        return super().add(module, component)


def module_of(verilog, name):
    """Text of one module."""
    return re.search(rf"^module {name}\(.*?^endmodule$", verilog, re.M | re.S)[0]
