"""Designs placed and routed on an ECP5."""

import math
import shutil
import sys
from pathlib import Path

import pytest

from hwgen.errors import ToolError
from hwgen.flow.ecp5 import TOOL, place_and_route, synthesize

BESIDE = str(Path(sys.executable).parent)
pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(
        not (shutil.which(TOOL) or shutil.which(TOOL, path=BESIDE)), reason=f"needs {TOOL}"
    ),
]

PRODUCT = """
module dut(input clk, input [7:0] a, input [7:0] b, output reg [15:0] y);
  reg [7:0] x, z;
  always @(posedge clk) begin x <= a; z <= b; y <= x * z; end
endmodule
"""


def test_a_product_takes_a_dsp_or_luts():
    with_dsp = place_and_route(synthesize(PRODUCT, "dut", dsps=True), target_mhz=100)
    without = place_and_route(synthesize(PRODUCT, "dut", dsps=False), target_mhz=100)
    assert (with_dsp.dsps, without.dsps) == (1, 0)
    assert with_dsp.registers == without.registers == 32
    assert with_dsp.luts < 8 < 64 < without.luts
    assert 50 < without.fmax_mhz < 500
    assert " to y_" in without.critical_path


def test_logic_alone_has_no_frequency():
    text = "module dut(input a, output y); assign y = ~a; endmodule"
    routed = place_and_route(synthesize(text, "dut", dsps=True), target_mhz=100)
    assert math.isinf(routed.fmax_mhz)
    assert routed.critical_path == "none to none"


def test_a_refused_netlist_leaves_its_log(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ToolError, match=rf"^{TOOL} .* failed with exit code .*nextpnr\.log\)$"):
        place_and_route("{}", target_mhz=100)
