"""The benches of the sim room, on the emitted Verilog of the array's components."""

import pytest

from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.array.pe import ProcessingElement
from hwgen.vector.requantizer import Requantizer

pytestmark = pytest.mark.tool


def check(run_bench, component, bench, other, **environment):
    """The bench passes, and does not when it is told of another multiplier."""
    environments = [environment]
    if other is not None:
        environments.append(environment | {"multiplier": other})
    right, *wrong = run_bench(component, bench, *environments)
    assert right is None, right
    assert ["AssertionError: " in (log or "") for log in wrong] == [True] * len(wrong)


# Booth rows, a masked matrix with modes, a netlist.
@pytest.mark.parametrize(
    ("name", "other"),
    [("exact_booth", None), ("posneg_2", "posneg_1"), ("heam_u8", None)],
)
def test_the_multiplier_in_verilog_computes_what_its_model_computes(name, other, run_bench):
    circuit = find(name).create()
    check(run_bench, circuit, "bench_multiplier", other, multiplier=name, pairs=1000, seed=1)


# posneg_2 gives something else than 0 for 0 times w: bubbles must still add nothing.
@pytest.mark.parametrize(
    ("name", "other", "rows"), [("posneg_2", "posneg_1", 3), ("exact_u8", None, 2)]
)
def test_the_pe_in_verilog_follows_its_model_cycle_by_cycle(name, other, rows, run_bench):
    pe = ProcessingElement(find(name), rows=rows)
    arguments = {"multiplier": name, "rows": rows, "cycles": 1000, "seed": 2}
    check(run_bench, pe, "bench_pe", other, **arguments)


@pytest.mark.parametrize(
    ("name", "other", "rows", "cols", "sum_column"),
    [
        ("posneg_2", "posneg_3", 2, 2, False),
        ("truncated_steps", None, 3, 5, False),
        ("exact_u8", None, 4, 4, True),
        ("posneg_1", None, 5, 1, True),
    ],
)
def test_the_array_in_verilog_sums_every_block(name, other, rows, cols, sum_column, run_bench):
    array = SystolicArray(find(name), rows=rows, cols=cols, sum_column=sum_column)
    check(run_bench, array, "bench_array", other, multiplier=name, seed=3)


def test_the_requantizer_in_verilog_rounds_as_golden_does_and_in_the_time_it_says(run_bench):
    right = {
        "values": 150,
        "scaled_latency": Requantizer.SCALED_LATENCY,
        "latency": Requantizer.LATENCY,
        "seed": 4,
    }
    wrong = right | {"latency": Requantizer.LATENCY - 1}
    agrees, refusal = run_bench(Requantizer(), "bench_requantizer", right, wrong)
    assert agrees is None
    assert "AssertionError: " in (refusal or "")
