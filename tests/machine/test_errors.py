"""Every error of the machine in Verilog: told, drained, forgotten by the next start."""

import json
import shutil

import pytest

from hwgen.spec.machine import MachineSpec
from tests.machine.faults import Faults
from tests.machine.hosted import Hosted

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not shutil.which("iverilog"), reason="needs iverilog"),
]

SPEC = MachineSpec(
    rows=4,
    cols=4,
    requantizers=2,
    accumulator_depth=16,
    activation_bytes=1536,
    weight_fifo_words=16,
    outstanding=3,
    layer_counters=32,
)


@pytest.fixture(scope="module")
def hosted(tmp_path_factory):
    return Hosted(SPEC, tmp_path_factory.mktemp("machine"))


@pytest.mark.parametrize(("stalls", "step"), [(0.0, 1), (0.4, 4)])
def test_every_error_is_told_and_the_next_run_is_right(stalls, step, hosted):
    cases = dict(list(Faults(hosted.program).cases().items())[::step])
    (hosted.folder / "cases.json").write_text(json.dumps(cases))
    log = hosted.run("bench_machine_errors", f"errors{stalls}", stalls=stalls)
    assert log is None, log
