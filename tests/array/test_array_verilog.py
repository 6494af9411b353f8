"""Verilog of arrays: what Verilator thinks of it, and how long it takes to write."""

import re
import subprocess
import sys
from collections import Counter

import pytest

from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.array.tiles import Tiles
from hwgen.verilog import to_verilog
from tests.verilog_lint import verilator_says

pytestmark = pytest.mark.tool

FORMS = {
    "plain": lambda size: SystolicArray(find("exact_booth"), **size, sum_column=False),
    "all sums, pipelined": lambda size: SystolicArray(
        find("lvrm"),
        **size,
        sum_column=True,
        variate_bits=3,
        stages=2,
        diagonal=True,
        column_enable=False,
    ),
    "edge": lambda size: SystolicArray(
        find("precision_6x8"),
        **size,
        sum_column=True,
        diagonal=True,
        at_edge=True,
        column_enable=False,
    ),
    "columns": lambda size: SystolicArray(
        [find("exact"), *[find("truncated_8_c")] * (size["cols"] - 1)], **size, sum_column=False
    ),
    "tiles": lambda size: Tiles(
        [find("exact_booth"), find("posneg_2")], **size, sum_column=True, gating="cell"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_verilator_finds_nothing_careless(form, tmp_path):
    text = to_verilog(FORMS[form]({"rows": 3, "cols": 4}), "dut")
    assert verilator_says(text, "dut", tmp_path) == []


@pytest.mark.regress
def test_verilator_finds_nothing_careless_in_a_large_array(tmp_path):
    array = FORMS["all sums, pipelined"]({"rows": 16, "cols": 16})
    assert verilator_says(to_verilog(array, "dut"), "dut", tmp_path) == []


def test_every_distinct_component_is_one_module():
    names = ["exact", "posneg_2", "exact", "posneg_2"]
    array = SystolicArray([find(name) for name in names], rows=3, cols=4, sum_column=False)
    modules = Counter(re.findall(r"^module (\w+)\(", to_verilog(array, "dut"), re.M))
    assert set(modules.values()) == {1}
    elements = {name for name in modules if name.startswith(("pe_0", "pe_1", "multiplier"))}
    assert elements == {"pe_0", "pe_1", "multiplier_0", "multiplier_1"}


def test_verilog_of_the_largest_array_is_small():
    script = """
import re, resource
from pathlib import Path
from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.verilog import to_verilog
array = SystolicArray(find("posneg_2"), rows=64, cols=64, sum_column=True)
print(len(to_verilog(array, "dut")))
# Of this program alone: its resource usage begins with that of the process that started it.
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    size, *kib = map(int, done.stdout.split())
    assert size < 2_000_000
    assert max(kib) < 1 << 20
