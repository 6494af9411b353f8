"""No tool finds anything careless in the Verilog of a whole accelerator, whatever its form."""

import shutil

import pytest

from hwgen.accelerator import Accelerator
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.accelerator_file import load_spec
from hwgen.verilog import to_verilog
from tests.verilog_lint import icarus_says, verilator_says, yosys_says

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not shutil.which("iverilog"), reason="needs iverilog"),
]


def small(**fields):
    memories = {"accumulator_depth": 16, "activation_bytes": 1024, "weight_fifo_words": 4}
    return AcceleratorSpec(**memories | fields)


ACCELERATORS = {
    "modes with weights, pipelined, all sums": small(
        rows=3,
        cols=4,
        requantizers=2,
        multipliers=("scalable_t5_u8",),
        multiplier_stages=2,
        activation_sum=True,
        variate_bits=3,
    ),
    "modes from ranges, wide bus": small(
        rows=4,
        cols=2,
        requantizers=2,
        form="ranges",
        multipliers=("lvrm",),
        data_width=128,
        address_width=64,
    ),
    "columns": small(
        rows=2,
        cols=4,
        requantizers=4,
        form="columns",
        multipliers=("exact", "truncated_8_c"),
        multiplier_stages=1,
        activation_sum=True,
    ),
    "tiles, all sums": small(
        rows=3,
        cols=3,
        requantizers=1,
        form="tiles",
        multipliers=("exact_booth", "posneg_2"),
        activation_sum=True,
        variate_bits=3,
        outstanding=1,
    ),
    "edge": small(
        rows=5,
        cols=4,
        requantizers=4,
        form="edge",
        multipliers=("precision_5x8",),
        activation_sum=True,
    ),
    "4 bits, narrow sums": small(
        rows=2,
        cols=2,
        requantizers=2,
        multipliers=("exact_booth_u4xs4",),
        accumulator_width=24,
    ),
    "smallest, widest bus": small(
        rows=2,
        cols=2,
        requantizers=1,
        data_width=512,
        accumulator_depth=1,
        layer_counters=1,
        outstanding=64,
    ),
}
LARGE = {
    "16x16": load_spec("16x16"),
    "16x12, tiles": small(
        rows=16,
        cols=12,
        requantizers=3,
        form="tiles",
        multipliers=("exact", "lvrm", "posneg_2"),
        multiplier_stages=3,
        activation_sum=True,
        variate_bits=3,
        data_width=256,
        activation_bytes=1 << 16,
    ),
    "64x64": small(rows=64, cols=64, requantizers=64, activation_bytes=1 << 18),
}


def check(spec, folder):
    text = to_verilog(Accelerator(spec), "accelerator")
    assert verilator_says(text, "accelerator", folder) == []
    assert icarus_says(text, "accelerator", folder) == []
    return text


@pytest.mark.parametrize("name", ACCELERATORS)
def test_tools_find_nothing_that_is_not_explained(name, tmp_path):
    text = check(ACCELERATORS[name], tmp_path)
    assert yosys_says(text, "accelerator") == []


@pytest.mark.regress
@pytest.mark.parametrize("name", LARGE)
def test_tools_find_nothing_in_large_accelerators(name, tmp_path):
    check(LARGE[name], tmp_path)


CARELESS = {
    "latch": "module dut(a, b, y); input a, b; output reg y; always @* if (a) y = b; endmodule",
    "loop": "module dut(a, y); input a; output y; wire z = a & y; assign y = ~z; endmodule",
    "undriven": "module dut(a, y); input a; output y; wire z; assign y = a & z; endmodule",
    "drivers": "module dut(a, b, y); input a, b; output y; assign y = a; assign y = b; endmodule",
}


@pytest.mark.parametrize("name", CARELESS)
def test_yosys_says_what_is_careless(name):
    assert yosys_says(CARELESS[name], "dut") != []


def test_verilator_says_what_is_cut(tmp_path):
    text = "module dut(a, y); input [3:0] a; output [2:0] y; assign y = a; endmodule"
    said = verilator_says(text, "dut", tmp_path)
    assert any(line.startswith("%Warning-WIDTHTRUNC") for line in said)
