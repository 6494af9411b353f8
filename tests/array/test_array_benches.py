"""The benches of the sim room, on the emitted Verilog of the array's components."""

import pytest

from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.array.pe import ProcessingElement
from hwgen.array.requantizer import Requantizer

pytestmark = pytest.mark.tool


def assert_only_the_first_passes(results):
    """Every bench has to notice that it was told of another multiplier."""
    right, wrong = results
    assert right is None, right
    assert wrong is not None
    assert "AssertionError: " in wrong


# Booth rows, a masked matrix with modes, a netlist.
@pytest.mark.parametrize(
    ("name", "other"),
    [("exact_booth", "perforated_a1"), ("posneg_2", "posneg_1"), ("heam_u8", "exact_u8")],
)
def test_the_multiplier_in_verilog_computes_what_its_model_computes(name, other, run_bench):
    environment = {"multiplier": name, "pairs": 1000, "seed": 1}
    wrong = environment | {"multiplier": other}
    results = run_bench(find(name).create(), "bench_multiplier", environment, wrong)
    assert_only_the_first_passes(results)


# posneg_2 gives something else than 0 for 0 times w: bubbles must still add nothing.
@pytest.mark.parametrize(
    ("name", "other", "rows"), [("posneg_2", "posneg_1", 3), ("exact_u8", "perforated_a2_u8", 2)]
)
def test_the_pe_in_verilog_follows_its_model_cycle_by_cycle(name, other, rows, run_bench):
    environment = {"multiplier": name, "rows": rows, "cycles": 1000, "seed": 2}
    wrong = environment | {"multiplier": other}
    pe = ProcessingElement(find(name), rows=rows)
    assert_only_the_first_passes(run_bench(pe, "bench_pe", environment, wrong))


@pytest.mark.parametrize(
    ("name", "other", "rows", "cols", "sum_column"),
    [
        ("posneg_2", "posneg_3", 2, 2, False),
        ("truncated_steps", "scalable_a3", 3, 5, False),
        ("exact_u8", "heam_u8", 4, 4, True),
        ("posneg_1", "posneg_2", 5, 1, True),
    ],
)
def test_the_array_in_verilog_sums_every_block(name, other, rows, cols, sum_column, run_bench):
    array = SystolicArray(find(name), rows=rows, cols=cols, sum_column=sum_column)
    environments = [{"multiplier": multiplier, "seed": 3} for multiplier in (name, other)]
    assert_only_the_first_passes(run_bench(array, "bench_array", *environments))


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
