"""The bench of the accelerator fails on single faults, in the Verilog or in the program."""

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
from hwgen.compiler.program import Program
from hwgen.errors import SpecError, ToolError
from hwgen.flow.simulator import check_simulator
from hwgen.network.graph import Network
from hwgen.simulation import compare
from hwgen.spec.machine import MachineSpec
from hwgen.spec.descriptor import DESCRIPTOR, PARAMETER, pack, unpack
from hwgen.spec.schedule import blocks
from hwgen.verilog import to_verilog
from tests.random_network import random_mapping, random_network

pytestmark = pytest.mark.tool

SEED = 44  # two strides, padding everywhere, a padded maximum pooling, fan-ins of 8, 45 and 20
SPEC = MachineSpec(
    rows=3,
    cols=2,
    multiplier="posneg_2",  # three modes
    accumulator_depth=16,
    activation_bytes=256,
    weight_words=256,
    parameter_words=32,
    descriptor_words=8,
)


@dataclasses.dataclass(frozen=True)
class Job:
    """What a comparison takes."""

    verilog: str
    network: Network
    program: Program
    expected: dict

    @property
    def codes(self):
        """Codes that a run without a mismatch compares."""
        tensors = list(self.expected.values())
        return sum(tensor.size for tensor in tensors[1:])

    def compare(self, folder, verilog=None, program=None, simulator="icarus"):
        """Compare, after a change of the Verilog or of the program."""
        place = folder / "accelerator.v"
        place.write_text(verilog or self.verilog, encoding="utf-8")
        return compare(place, program or self.program, self.expected, simulator)


@pytest.fixture(scope="module")
def job():
    rng = np.random.default_rng(SEED)
    network = random_network(rng, "double")
    mapping = random_mapping(rng, network, SPEC.multiplier)
    assert {layer.mode for layer in mapping.layers.values()} == {0, 1, 2}
    images = rng.integers(0, 256, (1, *network.input_shape)).astype(np.uint8)
    return Job(
        verilog=to_verilog(Accelerator(SPEC), "accelerator"),
        network=network,
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


# What breaks: module, pattern, replacement. Patterns go by the names of signals.
FAULTS = {
    "mode bits swapped": ("pe", r"\.mode\(active\[9:8\]\)", ".mode({active[8], active[9]})"),
    "wrong operator": ("pe", r"\$signed\(total\) \+ ", "$signed(total) - "),
    "carry dropped": (
        "multiplier",
        r"(p\[15:1\] \} = \{ 1'h1, \S+ , )\S+ ,",  # the last addition: of carries and sums
        r"\g<1>1'h0 ,",
    ),
    "comparison off by one": (
        "walker",
        r"(line\S* \)) < (\$signed\(\{ 1'h0, in_lines)",
        r"\1 <= \2",
    ),
    "operands swapped": ("im2col", r"\? data__0 : zero", "? zero : data__0"),
    "row enable of another row": ("im2col", r"row_enable\[0\]", "row_enable[1]"),
    "rounding constant": ("requantizer", r"32'd1073741824", "32'd0"),
    "maximum becomes minimum": (
        "accumulator_lane",
        r"\$signed\(value\) > ",
        "$signed(value) < ",
    ),
    "constant": ("vector_unit", r"9'h100", "9'h0ff"),  # padding would win a maximum
    "write enable stuck": ("vector_unit", r"write_enable = [^;]*;", "write_enable = 1'h0;"),
}


def with_field(layout, words, index, **changes):
    """Words with a field of one of them changed."""
    fields = unpack(layout, words[index])
    assert all(fields[name] != value for name, value in changes.items())
    return (*words[:index], pack(layout, fields | changes), *words[index + 1 :])


def with_a_stride_of_one(program):
    """The first layer walks its lines one byte too slowly."""
    step_q = unpack(DESCRIPTOR, program.descriptors[0])["step_q"]
    words = with_field(DESCRIPTOR, program.descriptors, 0, step_q=step_q - 1)
    return dataclasses.replace(program, descriptors=words)


def with_another_mode(program):
    """The mode of one single weight differs: of the first one of all."""
    first, *others = program.weights
    return dataclasses.replace(program, weights=(first ^ (1 << 8), *others))


def with_another_rounding(program):
    """The last shift of one filter of the first layer differs."""
    right = unpack(PARAMETER, program.parameters[0])["right"]
    words = with_field(PARAMETER, program.parameters, 0, right=right + 1)
    return dataclasses.replace(program, parameters=words)


def with_weights_in_unused_rows(program, network):
    """Rows that hold no tap get a weight and a mode all the same."""
    words = list(program.weights)
    index = 0
    for layer in network.convolutions:
        for block in blocks(layer.weights.shape, SPEC.rows, SPEC.cols):
            for row in range(len(block.taps), SPEC.rows):
                assert words[index + row] == 0
                words[index + row] = 0b10_01010101_10_10101011
            index += SPEC.rows
    assert index == len(words)
    return dataclasses.replace(program, weights=tuple(words))


def test_the_unchanged_accelerator_agrees_in_every_code(job, tmp_path):
    seen = job.compare(tmp_path)
    assert (seen.images, seen.tensors, seen.codes) == (1, 5, job.codes)
    assert (seen.mismatches, seen.mismatch) == (0, None)
    assert 0 < seen.cycles_per_image[0] < job.program.cycle_limit


COMPILERS = all(shutil.which(tool) for tool in ("c++", "make"))


@pytest.mark.skipif(not COMPILERS, reason="Verilator needs a compiler and make")
def test_verilator_agrees_with_icarus_and_sees_a_fault(job, tmp_path):
    seen = job.compare(tmp_path, simulator="verilator")
    icarus = job.compare(tmp_path)
    assert seen.simulator.startswith("Verilator 5")
    assert seen == dataclasses.replace(icarus, simulator=seen.simulator)
    faulty = mutated(job.verilog, *FAULTS["rounding constant"])
    broken = job.compare(tmp_path, verilog=faulty, simulator="verilator")
    assert broken.mismatch == job.compare(tmp_path, verilog=faulty).mismatch
    assert_stopped_early(broken, job)


def test_verilog_that_verilator_does_not_take_is_refused_in_one_line(job, tmp_path):
    broken = mutated(job.verilog, "pe", r"^endmodule$", "endmodul")
    with pytest.raises(ToolError, match=r"^verilator refused \S+accelerator\.v: [^\n]+$"):
        job.compare(tmp_path, verilog=broken, simulator="verilator")


def test_a_simulator_that_is_not_known():
    message = r"^simulate simulator must be one of icarus, verilator, not 'vcs'$"
    with pytest.raises(SpecError, match=message):
        check_simulator("vcs")


def assert_stopped_early(seen, job):
    """The one image had a mismatch, and nothing was compared after it."""
    assert seen.mismatches == 1
    assert re.match(r"^image 0: layer \w+ (code \[\d+, \d+, \d+\]|wrote to byte) ", seen.mismatch)
    assert (seen.images, seen.cycles_per_image) == (0, ())
    assert seen.codes < job.codes
    assert seen.tensors < 5


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_verilog_stops_the_bench_at_the_first_mismatch(fault, job, tmp_path):
    seen = job.compare(tmp_path, verilog=mutated(job.verilog, *FAULTS[fault]))
    assert_stopped_early(seen, job)


@pytest.mark.parametrize("change", [with_a_stride_of_one, with_another_mode, with_another_rounding])
def test_a_fault_in_the_program_stops_the_bench_at_the_first_mismatch(change, job, tmp_path):
    program = change(job.program)
    assert program.digest != job.program.digest
    seen = job.compare(tmp_path, program=program)
    assert_stopped_early(seen, job)


def test_unused_rows_add_nothing_whatever_they_hold_unless_the_row_enable_breaks(job, tmp_path):
    program = with_weights_in_unused_rows(job.program, job.network)
    assert job.compare(tmp_path, program=program).mismatch is None
    broken = mutated(job.verilog, "pe", r"valid \? p : \d+'h0+;", "p;")
    assert_stopped_early(job.compare(tmp_path, verilog=broken, program=program), job)


def test_an_undefined_signal_is_a_mismatch(job, tmp_path):
    undefined = mutated(job.verilog, "im2col", r"\? data__0 : zero", "? data__0 : 8'hxx")
    seen = job.compare(tmp_path, verilog=undefined)
    place = "accelerator.activations.write_data"
    assert re.match(rf"^image 0: {place} is undefined: [01X]*X[01X]*$", seen.mismatch)
    assert seen.images == 0


def test_an_accelerator_that_hangs_is_given_up_after_the_cycle_limit(job, tmp_path):
    hanging = mutated(job.verilog, "walker", r"assign last = [^;]*;", "assign last = 1'h0;")
    seen = job.compare(tmp_path, verilog=hanging)
    assert seen.mismatch == f"image 0: no interrupt within {job.program.cycle_limit} cycles"
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
    renamed = mutated(
        job.verilog, "accelerator", r"  sequencer sequencer \(", "  sequencer other ("
    )
    with pytest.raises(
        ToolError, match=r"^the simulation bench failed: AttributeError: .*sequencer"
    ):
        job.compare(tmp_path, verilog=renamed)


def test_text_that_is_no_verilog_is_refused(job, tmp_path):
    with pytest.raises(ToolError, match=r"^iverilog refused \S+accelerator\.v: .+$"):
        job.compare(tmp_path, verilog="module accelerator(;\nendmodule\n")
