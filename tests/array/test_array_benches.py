"""The benches of the sim room, on the emitted Verilog of the array's components."""

import pytest

from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.array.pe import ProcessingElement
from hwgen.array.requantizer import Requantizer

pytestmark = pytest.mark.tool


# Booth rows, a masked matrix with modes, a netlist.
@pytest.mark.parametrize("name", ["exact_booth", "posneg_2", "heam_u8"])
def test_the_multiplier_in_verilog_computes_what_its_model_computes(name, run_bench):
    environment = {"multiplier": name, "pairs": 1000, "seed": 1}
    assert run_bench(find(name).create(), "bench_multiplier", environment) == [None]


# posneg_2 gives something else than 0 for 0 times w: bubbles must still add nothing.
@pytest.mark.parametrize(("name", "rows"), [("posneg_2", 3), ("exact_u8", 2)])
def test_the_pe_in_verilog_follows_its_model_cycle_by_cycle(name, rows, run_bench):
    environment = {"multiplier": name, "rows": rows, "cycles": 1000, "seed": 2}
    pe = ProcessingElement(find(name), rows=rows)
    assert run_bench(pe, "bench_pe", environment) == [None]


@pytest.mark.parametrize(
    ("name", "rows", "cols", "sum_column"),
    [
        ("posneg_2", 2, 2, False),
        ("truncated_steps", 3, 5, False),
        ("exact_u8", 4, 4, True),
        ("posneg_1", 5, 1, True),
    ],
)
def test_the_array_in_verilog_sums_every_block(name, rows, cols, sum_column, run_bench):
    array = SystolicArray(find(name), rows=rows, cols=cols, sum_column=sum_column)
    assert run_bench(array, "bench_array", {"multiplier": name, "seed": 3}) == [None]


def test_the_requantizer_in_verilog_rounds_as_golden_does_and_in_the_time_it_says(run_bench):
    right = {
        "values": 150,
        "scaled_latency": Requantizer.SCALED_LATENCY,
        "latency": Requantizer.LATENCY,
        "seed": 4,
    }
    wrong = [
        right | {"scaled_latency": Requantizer.SCALED_LATENCY + 1},
        right | {"latency": Requantizer.LATENCY - 1},
    ]
    agrees, *refusals = run_bench(Requantizer(), "bench_requantizer", right, *wrong)
    assert agrees is None
    assert [log is not None and "AssertionError" in log for log in refusals] == [True] * 2
