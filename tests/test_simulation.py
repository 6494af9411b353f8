"""Simulation of a build's Verilog: what it reports, and that it fails where it must.

Faults of every component are in tests/accelerator.
"""

import contextlib
import dataclasses
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from hwgen import golden
from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.compiler.cycles import program_cycles
from hwgen.compiler.program import Program
from hwgen.errors import SpecError, ToolError
from hwgen.flow.simulator import check_simulator
from hwgen.simulation import PATIENCE, compare
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.verilog import to_verilog
from tests.random_network import random_mapping, random_network

pytestmark = pytest.mark.tool

SEED = 44  # two strides, padding everywhere, a padded maximum pooling, fan-ins of 8, 45 and 20
SPEC = AcceleratorSpec(
    rows=3,
    cols=2,
    multipliers=("posneg_2",),  # three modes
    accumulator_depth=16,
    activation_bytes=1024,
    weight_fifo_words=8,
    requantizers=1,
)


@dataclasses.dataclass(frozen=True)
class Job:
    """What a comparison takes."""

    verilog: str
    program: Program
    expected: dict

    def compare(self, folder, verilog=None, simulator="icarus"):
        """Compare, after a change of the Verilog."""
        place = folder / "accelerator.v"
        place.write_text(verilog or self.verilog, encoding="utf-8")
        return compare(place, self.program, self.expected, simulator)


@pytest.fixture(scope="module")
def job():
    rng = np.random.default_rng(SEED)
    network = random_network(rng, "double")
    mapping = random_mapping(rng, network, SPEC.multipliers[0])
    assert {layer.mode for layer in mapping.layers.values()} == {0, 1, 2}
    images = rng.integers(0, 256, (2, *network.input_shape)).astype(np.uint8)
    return Job(
        verilog=to_verilog(Accelerator(SPEC), "accelerator"),
        program=compile_network(network, mapping, SPEC),
        expected=golden.run(network, images, mapping),
    )


def mutated(verilog, module, pattern, replacement):
    """The text with one place of one module changed: the pattern must match only there."""
    body = re.search(rf"^module {module}\(.*?^endmodule$", verilog, re.M | re.S)
    changed, count = re.subn(pattern, replacement, body[0], flags=re.M | re.S)
    assert count == 1, f"{pattern} occurs {count} times in {module}"
    assert changed != body[0]
    return verilog[: body.start()] + changed + verilog[body.end() :]


FAULT = ("pe", r"\$signed\(total\) \+ ", "$signed(total) - ")


def test_the_unchanged_accelerator_agrees_in_every_code(job, tmp_path):
    seen = job.compare(tmp_path)
    codes = sum(tensor.size for tensor in job.expected.values())
    assert (seen.images, seen.tensors, seen.codes) == (2, 2 * len(job.expected), codes)
    assert (seen.mismatches, seen.mismatch) == (0, None)
    expected = sum(step.total for step in program_cycles(job.program))
    assert seen.cycles_per_image == pytest.approx([expected] * 2, rel=0.1)
    assert sum(seen.causes.values()) == max(seen.cycles_per_image)


COMPILERS = all(shutil.which(tool) for tool in ("c++", "make"))


@pytest.mark.skipif(not COMPILERS, reason="Verilator needs a compiler and make")
def test_verilator_agrees_with_icarus(job, tmp_path):
    seen = job.compare(tmp_path, simulator="verilator")
    icarus = job.compare(tmp_path)
    assert seen.simulator.startswith("Verilator 5")
    assert seen == dataclasses.replace(icarus, simulator=seen.simulator)


@pytest.mark.skipif(not COMPILERS, reason="Verilator needs a compiler and make")
def test_verilator_sees_the_same_fault(job, tmp_path):
    faulty = mutated(job.verilog, *FAULT)
    seen = job.compare(tmp_path, verilog=faulty, simulator="verilator")
    assert seen.mismatch == job.compare(tmp_path, verilog=faulty).mismatch
    assert seen.mismatches == 1
    assert re.match(r"^image 0: \w+\[\d+, \d+, \d+\] is \d+, golden says \d+; ", seen.mismatch)
    assert seen.images == 0
    assert seen.tensors < len(job.expected)


def test_verilog_that_verilator_does_not_take_is_refused_in_one_line(job, tmp_path):
    broken = mutated(job.verilog, "pe", r"^endmodule$", "endmodul")
    with pytest.raises(ToolError, match=r"^verilator refused \S+accelerator\.v: [^\n]+$"):
        job.compare(tmp_path, verilog=broken, simulator="verilator")


def test_a_simulator_that_is_not_known():
    message = r"^simulate simulator must be one of icarus, verilator, not 'vcs'$"
    with pytest.raises(SpecError, match=message):
        check_simulator("vcs")


def test_an_undefined_signal_is_a_mismatch(job, tmp_path):
    undefined = mutated(job.verilog, "pe", FAULT[1], "8'hxx + $signed(total) + ")
    seen = job.compare(tmp_path, verilog=undefined)
    assert "is undefined" in seen.mismatch
    assert seen.images == 0


def test_an_accelerator_that_hangs_is_given_up(job, tmp_path):
    hanging = mutated(job.verilog, "executor", r"assign ended = [^;]*;", "assign ended = 1'h0;")
    seen = job.compare(tmp_path, verilog=hanging)
    cycles = PATIENCE * sum(step.total for step in program_cycles(job.program))
    assert seen.mismatch == f"image 0: no interrupt within {cycles} cycles"
    assert seen.codes == 0


def test_verilog_that_stands_still_between_two_edges_is_given_up(job, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("hwgen.simulation.START_S", 4)
    monkeypatch.setattr("hwgen.simulation.SLOWEST_HZ", 1e9)
    loop = r"  reg spin;\n  initial spin = 0;\n  always @(spin) spin <= ~spin;\n\g<0>"
    spinning = mutated(job.verilog, "accelerator", r"^endmodule$", loop)
    with pytest.raises(ToolError, match=r"^a simulation must end within 4 s, but it hangs$"):
        job.compare(tmp_path, verilog=spinning)
    assert simulations_in(tmp_path) == []


def simulations_in(folder):
    """Command lines of the simulators at work below a folder."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = command.read_bytes().split(b"\0")
            if words[0] == b"vvp" and any(bytes(folder) in word for word in words):
                found.append(words)
    return found


def test_verilog_that_the_bench_cannot_watch_is_an_error_and_no_mismatch(job, tmp_path):
    renamed = mutated(job.verilog, "accelerator", r"  executor executor \(", "  executor other (")
    with pytest.raises(
        ToolError, match=r"^the simulation bench failed: AttributeError: .*executor"
    ):
        job.compare(tmp_path, verilog=renamed)


def test_text_that_is_no_verilog_is_refused(job, tmp_path):
    with pytest.raises(ToolError, match=r"^iverilog refused \S+accelerator\.v: .+$"):
        job.compare(tmp_path, verilog="module accelerator(;\nendmodule\n")
