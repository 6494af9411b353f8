"""Every error of the accelerator in Verilog: told, drained, forgotten by the next start."""

import json
import shutil
from dataclasses import replace

import pytest

from hwgen.spec.accelerator import AcceleratorSpec
from tests.accelerator.faults import Faults
from tests.accelerator.hosted import Hosted

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not shutil.which("iverilog"), reason="needs iverilog"),
]

SPEC = AcceleratorSpec(
    rows=4,
    cols=4,
    requantizers=2,
    accumulator_depth=16,
    activation_bytes=1536,
    weight_fifo_words=16,
    outstanding=3,
    layer_counters=21,
)


@pytest.fixture(scope="module")
def hosted(tmp_path_factory):
    return Hosted(SPEC, tmp_path_factory.mktemp("accelerator"))


@pytest.mark.parametrize(("stalls", "step"), [(0.0, 1), (0.4, 4)])
def test_every_error_is_told_and_the_next_run_is_right(stalls, step, hosted):
    cases = dict(list(Faults(hosted.program).cases().items())[::step])
    (hosted.folder / "cases.json").write_text(json.dumps(cases))
    log = hosted.run("bench_accelerator_errors", f"errors{stalls}", stalls=stalls)
    assert log is None, log


def test_stalls_counters_commands_resets_and_odd_accesses(hosted):
    log = hosted.run("bench_accelerator_host", "host")
    assert log is None, log


def test_addresses_have_more_than_32_bits(tmp_path):
    hosted = Hosted(replace(SPEC, address_width=64, data_width=128, form="columns"), tmp_path)
    only = "the_address_space_has_an_end|every_channel_may_stall.*=5"
    log = hosted.run(
        "bench_accelerator_host", "high", base=0xFEDC_BA98_7654_3000, COCOTB_TEST_FILTER=only
    )
    assert log is None, log


@pytest.mark.regress
def test_no_descriptor_makes_it_hang(tmp_path):
    hosted = Hosted(replace(SPEC, activation_bytes=2048), tmp_path)  # every address is a byte
    (tmp_path / "flips.json").write_text(json.dumps(Faults(hosted.program).flips(100)))
    log = hosted.run("bench_accelerator_flips", "flips")
    assert log is None, log
